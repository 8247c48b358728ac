import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { ProviderBreaker, ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { StrandedItems } from '../caretaker/stranded-items.js';
import { GenerationRow } from '../generation.entity.js';
import { EmbeddedWakeUps } from '../queue/wake-ups/embedded-wake-ups.js';
import { PRICE, USER, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { type Act, ScriptedProvider, deliver, failWith } from '../testing/scripted-provider.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemCalls } from './item-calls.js';

const ADMIN = { id: 1, role: 'admin', name: 'Ana', email: 'ana@atelier.test' } as const;

/** As many failures as make the studio leave a provider alone. */
const FAILURES = 15;

interface Case {
  readonly failure: ProviderError;
  /** How often the first and the second provider are called where the choice was ours. */
  readonly auto: readonly [first: number, second: number];
  /** How often the first is called where it was asked for. */
  readonly named: number;
}

const CASES: Record<ProviderErrorCategory | 'long_pause' | 'misconfigured', Case> = {
  provider_unavailable: { failure: new ProviderError('provider_unavailable'), auto: [3, 1], named: 3 },
  misconfigured: {
    failure: new ProviderError('provider_unavailable', { retryable: false }),
    auto: [1, 1],
    named: 1,
  },
  rate_limited: { failure: new ProviderError('rate_limited', { retryAfterMs: 250 }), auto: [3, 1], named: 3 },
  long_pause: { failure: new ProviderError('rate_limited', { retryAfterMs: 60_000 }), auto: [1, 1], named: 3 },
  timeout: { failure: new ProviderError('timeout'), auto: [1, 1], named: 2 },
  quota_exhausted: { failure: new ProviderError('quota_exhausted'), auto: [1, 1], named: 1 },
  auth_failed: { failure: new ProviderError('auth_failed'), auto: [1, 1], named: 1 },
  content_rejected: { failure: new ProviderError('content_rejected'), auto: [1, 0], named: 1 },
  invalid_request: { failure: new ProviderError('invalid_request'), auto: [1, 0], named: 1 },
  bad_response: { failure: new ProviderError('bad_response'), auto: [2, 0], named: 2 },
};

describeAppOnEveryDatabase('An item whose provider fails', (start) => {
  async function open() {
    const studio = await openStudio(start);
    const { app, submit } = studio;
    const { manager } = app.get(DataSource);
    await app.get(StudioSettingsService).change(ADMIN, { provider_gemini_enabled: 'true' });
    const itemOf = (id: string): Promise<GenerationItem> => manager.findOneByOrFail(GenerationItem, { id });
    /** An item of the first provider. */
    const submitFor = async (requestedProvider: string): Promise<string> => {
      const id = await submit();
      const { generationId } = await itemOf(id);
      await app.get(Transactions).run(async (tx) => {
        await tx.update(GenerationItem, { id }, { provider: 'openai' });
        await tx.update(GenerationRow, { id: generationId }, { requestedProvider });
      });
      return id;
    };
    const providersOf = (openai: readonly Act[], gemini: readonly Act[] = [deliver]) => {
      const [first, second] = [new ScriptedProvider(openai, 'openai'), new ScriptedProvider(gemini, 'gemini')];
      const mock = new ScriptedProvider([deliver], 'mock');
      return { first, second, mock, ...openWorker(studio, [first, second, mock]) };
    };
    const callsFor = async (itemId: string): Promise<string[]> =>
      (
        await manager.query<{ provider: string }[]>(
          `SELECT provider FROM provider_attempt WHERE item_id = '${itemId}' ORDER BY fence`,
        )
      ).map(({ provider }) => provider);
    const imageOf = async (itemId: string) => {
      const [image] = await manager.query<{ provider: string; credits: number | string }[]>(
        `SELECT provider, credits_spent AS credits FROM image WHERE item_id = '${itemId}'`,
      );
      // MySQL answers large numbers as text.
      return image && { provider: image.provider, creditsSpent: Number(image.credits) };
    };
    return { ...studio, itemOf, submitFor, providersOf, callsFor, imageOf };
  }

  test('is made by another one if the choice was ours and the failure is not a matter of what was asked', async () => {
    const { app, submitFor, providersOf, itemOf, callsFor, imageOf, balance } = await open();
    let [available, consumed] = [100, 0];
    for (const [name, { failure, auto, named }] of Object.entries(CASES)) {
      for (const requested of ['auto', 'openai']) {
        const { first, second, mock, drive } = providersOf([failWith(failure)]);
        const id = await submitFor(requested);
        await drive(id);

        const [firstCalls, secondCalls] = requested === 'auto' ? auto : [named, 0];
        expect([name, requested, first.calls, second.calls]).toEqual([name, requested, firstCalls, secondCalls]);
        // A placeholder is no image.
        expect(mock.calls).toBe(0);
        const isSaved = secondCalls > 0;
        if (isSaved) [available, consumed] = [available - PRICE, consumed + PRICE];
        expect([name, await balance()]).toEqual([name, [available, 0, consumed]]);
        const item = await itemOf(id);
        expect(item).toMatchObject(
          isSaved
            ? { state: 'SUCCEEDED', provider: 'gemini', fallbacks: 1, attempts: 1 }
            : { state: 'FAILED', provider: 'openai', fallbacks: 0, errorCode: failure.code },
        );
        expect(await imageOf(id)).toEqual(isSaved ? { provider: 'gemini', creditsSpent: PRICE } : undefined);
        expect(await callsFor(id)).toEqual([
          ...Array.from({ length: firstCalls }, () => 'openai'),
          ...Array.from({ length: secondCalls }, () => 'gemini'),
        ]);
        expect(await app.get(ItemCalls).count(item.generationId)).toBe(firstCalls + secondCalls);
      }
    }
  });

  test('goes from one to the next, to each of them once, and is free if none can make it', async () => {
    const studio = await open();
    const unavailable = failWith(new ProviderError('provider_unavailable'));
    const keys = ['openai', 'gemini', 'huggingface', 'mock'];
    const providers = keys.map((key) => new ScriptedProvider(key === 'mock' ? [deliver] : [unavailable], key));
    const id = await studio.submitFor('auto');
    await openWorker(studio, providers).drive(id);

    expect(providers.map(({ calls }) => calls)).toEqual([3, 3, 3, 0]);
    expect(await studio.itemOf(id)).toMatchObject({ state: 'FAILED', fallbacks: 2, errorCode: 'provider.unavailable' });
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('may cost us a second image that nobody gets, and not a third', async () => {
    const { submitFor, providersOf, balance, stateOf } = await open();
    const timeout = failWith(new ProviderError('timeout'));
    const { first, second, drive } = providersOf([timeout], [timeout]);
    const id = await submitFor('auto');
    await drive(id);

    expect([first.calls, second.calls, await stateOf(id)]).toEqual([1, 1, 'FAILED']);
    expect(await balance()).toEqual([100, 0, 0]);
  });

  test('costs what was quoted, whatever the other one and prices have come to cost', async () => {
    const { app, submitFor, providersOf, imageOf, balance } = await open();
    const { drive } = providersOf([failWith(new ProviderError('auth_failed'))]);
    const id = await submitFor('auto');
    await app.get(StudioSettingsService).change(ADMIN, {
      credit_price_premium4: '50',
      provider_gemini_premium4_cost_usd: '99',
    });
    await drive(id);

    expect(await imageOf(id)).toEqual({ provider: 'gemini', creditsSpent: PRICE });
    expect(await balance()).toEqual([100 - PRICE, 0, PRICE]);
  });

  test('stays where it is once it is lost', async () => {
    const { queue, claim, submitFor, itemOf, balance } = await open();
    const id = await submitFor('auto');
    const item = await claim(id);
    await queue.cancel(item.generationId, { type: 'user', id: String(USER) });

    expect(await queue.handOver(item, 'gemini')).toBe(false);
    expect(await queue.reassign(item, 'gemini')).toBe(false);
    expect(await itemOf(id)).toMatchObject({ state: 'CANCELED', provider: 'openai', fallbacks: 0 });
    expect(await balance()).toEqual([100, 0, 0]);
  });

  test('does not wait until its provider has rested, unless it was asked for', async () => {
    const { app, clock, queue, claim, submitFor, providersOf, itemOf, stateOf } = await open();
    const working = providersOf([failWith(new ProviderError('provider_unavailable'))]);
    const { first, drive, worker, fallback } = working;
    const idle = new StrandedItems(
      app.get(DataSource),
      app.get(ProviderBreaker),
      fallback,
      queue,
      new EmbeddedWakeUps(),
    );
    expect(await idle.handOver(10)).toEqual([]);
    while (first.calls < FAILURES) await drive(await submitFor('openai'));
    const breaker = app.get(ProviderBreaker);
    expect([...(await breaker.resting()).keys()]).toEqual(['openai']);

    const [waiting, named, claimed] = [await submitFor('auto'), await submitFor('openai'), await submitFor('auto')];
    // Claimed before it was known that the provider rests.
    const told = jest.spyOn(working.wakeUps, 'announce');
    await worker.run(await claim(claimed));
    expect(told.mock.calls).toMatchObject([[[{ id: claimed, fence: 1, dueInMs: 0 }]]]);
    expect(await itemOf(claimed)).toMatchObject({ provider: 'gemini', state: 'QUEUED', attempts: 0, fallbacks: 1 });

    const wakeUps = new EmbeddedWakeUps();
    const announce = jest.spyOn(wakeUps, 'announce');
    const stranded = new StrandedItems(app.get(DataSource), breaker, fallback, queue, wakeUps);
    clock.nowMs += 1;
    const second = await submitFor('auto');
    const { manager } = app.get(DataSource);
    await manager.update(GenerationItem, { id: second }, { fence: 3 });
    // Waits longer than any other, for a provider that is well.
    await manager.update(GenerationItem, { id: claimed }, { runAt: 1 });
    // While there is nobody else they stay where they are.
    await app.get(StudioSettingsService).change(ADMIN, { provider_gemini_enabled: 'false' });
    expect(await stranded.handOver(10)).toEqual([]);
    expect(await itemOf(waiting)).toMatchObject({ provider: 'openai', fallbacks: 0 });
    await app.get(StudioSettingsService).change(ADMIN, { provider_gemini_enabled: 'true' });
    // Whoever waits longest comes first, however few are handed over at a time.
    expect(await stranded.handOver(1)).toEqual([waiting]);
    expect(await stranded.handOver(10)).toEqual([second]);
    expect(await stranded.handOver(10)).toEqual([]);
    expect(announce.mock.calls).toEqual([[[{ id: waiting, fence: 0 }]], [[{ id: second, fence: 3 }]]]);
    expect(await itemOf(waiting)).toMatchObject({ provider: 'gemini', state: 'QUEUED', attempts: 0, fallbacks: 1 });
    expect(await itemOf(named)).toMatchObject({ provider: 'openai', state: 'QUEUED', fallbacks: 0 });
    for (const id of [waiting, claimed]) await drive(id);
    expect([await stateOf(waiting), await stateOf(claimed)]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(first.calls).toBe(FAILURES);
  });
});
