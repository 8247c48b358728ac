import { expect, test } from '@jest/globals';
import type { Tier } from '@atelier/contracts';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { Clock } from '../../../platform/time/index.js';
import { DEFAULT_BREAKER_LIMITS } from './breaker-limits.js';
import { ProviderAttempt } from './provider-attempt.entity.js';
import { type CallEnd, ProviderAttempts } from './provider-attempts.js';
import { ProviderBreakerRow } from './provider-breaker.entity.js';
import { ProviderBreaker } from './provider-breaker.js';
import { ProviderHealth } from './provider-health.js';

class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

const DELIVERED = { state: 'SUCCEEDED' } as const;
const failed = (category: NonNullable<CallEnd['category']>) => ({ state: 'FAILED', category }) as const;

describeOnEveryDatabase('ProviderHealth', (open) => {
  async function openHealth() {
    const { dataSource, transactions } = await open(ProviderAttempt, ProviderBreakerRow);
    const clock = new TestClock();
    const attempts = new ProviderAttempts(dataSource, transactions, clock);
    const limits = { ...DEFAULT_BREAKER_LIMITS, failures: 3, calls: 3 };
    const breaker = new ProviderBreaker(dataSource, transactions, attempts, new Metrics(), clock, limits);
    const health = new ProviderHealth(attempts, breaker, clock);
    /** A call that takes so long and ends so. */
    const call = async (
      end: Omit<CallEnd, 'id' | 'finishedAt'>,
      durationMs = 1_000,
      tier: Tier = 'standard',
      provider = 'openai',
    ): Promise<void> => {
      const itemId = crypto.randomUUID();
      const id = await transactions.run((tx) => attempts.start(tx, { itemId, fence: 1, ordinal: 1, provider, tier }));
      clock.nowMs += durationMs;
      const ended = { id, finishedAt: clock.now(), ...end };
      await transactions.run((tx) => attempts.end(tx, ended));
      await breaker.ended({ provider, probe: undefined }, ended);
    };
    return { clock, attempts, health, call, openai: async () => (await health.read()).get('openai') };
  }

  test('knows nothing of a provider that nobody called', async () => {
    const { openai } = await openHealth();
    expect(await openai()).toEqual({
      state: 'unknown',
      restingUntil: null,
      lastError: null,
      medianMs: { standard: null, premium2: null, premium4: null },
      isSlow: false,
    });
  });

  test('tells the median time of each tier, and of failures only the last if nothing was delivered since', async () => {
    const { clock, call, openai } = await openHealth();
    for (const ms of [900, 30_000, 1_000]) await call(DELIVERED, ms);
    await call(DELIVERED, 7_000, 'premium4');
    await call(failed('timeout'), 120_000);
    const at = clock.nowMs;
    // What somebody asked for says nothing about the provider.
    await call(failed('content_rejected'));
    await call({ state: 'UNKNOWN' });

    expect(await openai()).toMatchObject({
      state: 'failing',
      lastError: { category: 'timeout', message: 'The provider took too long. Try again.', at },
      medianMs: { standard: 1_000, premium2: null, premium4: 7_000 },
    });

    await call({ ...failed('auth_failed'), detail: 'OpenAI wants your organization to be verified.' });
    expect(await openai()).toMatchObject({ lastError: { message: 'OpenAI wants your organization to be verified.' } });
    await call(DELIVERED);
    expect(await openai()).toMatchObject({ state: 'ok', lastError: null });
    clock.nowMs += 24 * 60 * 60_000 + 1;
    expect(await openai()).toMatchObject({ state: 'unknown', medianMs: { standard: null } });
  });

  test('tells until when a provider is left alone', async () => {
    const { clock, call, openai, health } = await openHealth();
    for (let n = 0; n < 3; n += 1) await call(failed('provider_unavailable'));

    expect(await openai()).toMatchObject({
      state: 'resting',
      restingUntil: clock.nowMs + DEFAULT_BREAKER_LIMITS.restMs,
    });
    expect((await health.read()).get('gemini')).toMatchObject({ state: 'unknown', restingUntil: null });
  });

  test('finds a provider slow that takes much longer than usual, time after time', async () => {
    const { call, openai } = await openHealth();
    for (let n = 0; n < 9; n += 1) await call(DELIVERED, 2_000);
    for (const [ms, isSlow] of [
      [4_500, false],
      [4_500, false],
      [4_500, true],
      [4_500, true],
      [2_000, false],
    ] as const) {
      await call(DELIVERED, ms);
      expect(await openai()).toMatchObject({ isSlow });
    }
  });

  test('names those whose vendor has just refused our account', async () => {
    const { clock, call, health } = await openHealth();
    await call(failed('auth_failed'), 10, 'standard', 'openai');
    await call(failed('quota_exhausted'), 10, 'standard', 'gemini');
    await call(failed('provider_unavailable'), 10, 'standard', 'huggingface');
    expect([...(await health.inTrouble())]).toEqual(['openai', 'gemini']);

    await call(DELIVERED, 10, 'standard', 'gemini');
    clock.nowMs += 2_000;
    expect([...(await health.inTrouble())]).toEqual(['openai']);
    clock.nowMs += 60_000;
    expect([...(await health.inTrouble())]).toEqual([]);
  });

  test('adds up what calls cost, by provider and tier', async () => {
    const { clock, call, attempts } = await openHealth();
    await call({ ...DELIVERED, costMicros: 1 }, 10);
    const since = clock.nowMs + 1;
    await call({ ...DELIVERED, costMicros: 42_000 });
    await call({ ...failed('bad_response'), costMicros: 43_000 });
    await call(DELIVERED);
    await call(failed('timeout'));
    await call(failed('content_rejected'));
    await call({ state: 'UNKNOWN' });
    await call({ ...DELIVERED, costMicros: 178_000 }, 10, 'premium4');
    await call({ ...DELIVERED, costMicros: 33_600 }, 10, 'standard', 'gemini');

    const common = { calls: 1, delivered: 1, unknownCosts: 0 };
    expect(await attempts.sumsSince(since)).toEqual([
      { ...common, provider: 'gemini', tier: 'standard', costMicros: 33_600 },
      { ...common, provider: 'openai', tier: 'premium4', costMicros: 178_000 },
      { provider: 'openai', tier: 'standard', calls: 6, delivered: 2, costMicros: 85_000, unknownCosts: 3 },
    ]);
  });
});
