import { expect, jest, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { ObservedStudio } from '../../../../test/model/observed-studio.js';
import { GenerateRequest, type Tier } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { type CallSum, type ProviderAttempts, ProviderError } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { imageOf } from '../testing/open-studio.js';
import { StudioCostsService } from './studio-costs.service.js';

const DAY_MS = 86_400_000;

describeAppOnEveryDatabase('StudioCostsService', (start) => {
  test('sets what vendors ask beside what was charged, by provider and tier', async () => {
    const studio = await (await ObservedStudio.open(start)).forNewcomer(100);
    const { claims, queue, calls, clock, actor } = studio;
    /** An image that is called for so often in vain, at such costs, and then comes. */
    const make = async (tier: Tier, costs: readonly (number | null)[], failed: readonly (number | null)[] = []) => {
      const request = GenerateRequest.parse({ prompt: 'a harbour', tier, provider: 'mock', count: costs.length });
      const { id } = await studio.studio.generate(actor, request);
      const items = (await studio.observe()).items.filter(({ generationId }) => generationId === id);
      for (const [index, costMicros] of costs.entries()) {
        const itemId = items[index]?.id ?? '';
        const claim = async () => {
          const item = await claims.claim(itemId);
          if (!item) throw new Error('The item could not be claimed');
          return { item, callId: (await calls.begin(item, tier)).id };
        };
        const cost = (micros: number | null) => (micros === null ? {} : { costMicros: micros });
        for (const micros of failed) {
          const { item, callId } = await claim();
          const { category } = new ProviderError('bad_response');
          const end = { id: callId, state: 'FAILED', category, finishedAt: clock.now(), ...cost(micros) } as const;
          await queue.requeue(item, 0, end);
        }
        const { item, callId } = await claim();
        const end = { id: callId, state: 'SUCCEEDED', finishedAt: clock.now(), ...cost(costMicros) } as const;
        await queue.succeed(item, { ...imageOf(item, clock), userId: actor.id }, end);
      }
    };
    const costs = studio.get(StudioCostsService);
    await make('standard', [999]);
    clock.nowMs += 2 * DAY_MS;
    await make('standard', [40_000, null]);
    await make('premium4', [178_000], [170_000, null]);

    expect(await costs.ofLastDays(1)).toEqual({
      since: new Date(clock.nowMs - DAY_MS).toISOString(),
      credit_value_micros: null,
      costs: [
        {
          provider: 'mock',
          tier: 'standard',
          calls: 2,
          images: 2,
          credits_charged: 2,
          cost_micros: 40_000,
          unknown_costs: 1,
          margin_micros: null,
        },
        {
          provider: 'mock',
          tier: 'premium4',
          calls: 3,
          images: 1,
          credits_charged: 4,
          cost_micros: 348_000,
          unknown_costs: 1,
          margin_micros: null,
        },
      ],
    });

    await studio.get(StudioSettingsService).change(studio.administrator, { credit_value_usd: '0.05' });
    const margins = async (days: number) =>
      (await costs.ofLastDays(days)).costs.map(({ images, margin_micros }) => [images, margin_micros]);
    expect(await margins(1)).toEqual([
      [2, 60_000],
      [1, -148_000],
    ]);
    expect((await margins(3))[0]).toEqual([3, 109_001]);
    clock.nowMs += 2 * DAY_MS;
    expect(await margins(1)).toEqual([]);
  });

  test('keeps providers and tiers apart, also those that delivered nothing, and calls whose tier nobody knows', async () => {
    const studio = await (await ObservedStudio.open(start)).forNewcomer(100);
    const sum = { calls: 2, delivered: 0, costMicros: 30, unknownCosts: 1 };
    const sums: CallSum[] = [
      { provider: 'openai', tier: 'standard', ...sum },
      { provider: 'gemini', tier: 'standard', ...sum, calls: 5 },
      { provider: 'gemini', tier: null, ...sum, costMicros: 7 },
    ];
    const sumsSince = jest.fn(async (_: number) => sums);
    const service = new StudioCostsService(
      studio.get(DataSource),
      { sumsSince } as unknown as ProviderAttempts,
      studio.get(StudioSettingsService),
      studio.clock,
    );
    await studio.get(StudioSettingsService).change(studio.administrator, { credit_value_usd: '0.05' });

    const { costs } = await service.ofLastDays(2);

    expect(sumsSince.mock.calls).toEqual([[studio.clock.nowMs - 2 * DAY_MS]]);
    const nothing = { images: 0, credits_charged: 0, unknown_costs: 1 };
    expect(costs).toEqual([
      { provider: 'gemini', tier: 'standard', calls: 5, cost_micros: 30, margin_micros: -30, ...nothing },
      { provider: 'gemini', tier: null, calls: 2, cost_micros: 7, margin_micros: -7, ...nothing },
      { provider: 'openai', tier: 'standard', calls: 2, cost_micros: 30, margin_micros: -30, ...nothing },
    ]);
  });
});
