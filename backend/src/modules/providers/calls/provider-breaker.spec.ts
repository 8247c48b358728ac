import { expect, test } from '@jest/globals';
import { describeOnEveryDatabase, type TestDatabase } from '../../../../test/test-database.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { BreakerLimits } from './breaker-limits.js';
import { ProviderAttempt } from './provider-attempt.entity.js';
import { type CallEnd, ProviderAttempts } from './provider-attempts.js';
import { ProviderBreakerRow } from './provider-breaker.entity.js';
import { type Admission, ProviderBreaker, ProviderRestingError } from './provider-breaker.js';
import type { ProviderErrorCategory } from '../provider-error.js';

const LIMITS: BreakerLimits = {
  failures: 3,
  calls: 4,
  windowMs: 60_000,
  restMs: 10_000,
  longestRestMs: 25_000,
  probeMs: 100_000,
};

class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

type Outcome = 'delivered' | 'unheard' | ProviderErrorCategory;

/** A process that calls the provider. */
interface Process {
  readonly breaker: ProviderBreaker;
  readonly metrics: Metrics;
  begin(): Promise<Admission>;
  finish(admission: Admission, outcome: Outcome): Promise<void>;
  call(outcome: Outcome): Promise<void>;
}

function newProcess({ dataSource, transactions }: TestDatabase, clock: TestClock): Process {
  const metrics = new Metrics();
  const attempts = new ProviderAttempts(dataSource, transactions, clock);
  const breaker = new ProviderBreaker(dataSource, transactions, attempts, metrics, clock, LIMITS);
  breaker.onModuleInit();
  const begin = (): Promise<Admission> => breaker.admit('acme');
  const finish = async (admission: Admission, outcome: Outcome): Promise<void> => {
    const end = await transactions.run(async (tx): Promise<CallEnd> => {
      const itemId = crypto.randomUUID();
      const id = await attempts.start(tx, { itemId, fence: 1, ordinal: 1, provider: 'acme', tier: 'standard' });
      const finished = { id, finishedAt: clock.now(), ...endOf(outcome) };
      await attempts.end(tx, finished);
      return finished;
    });
    await breaker.ended(admission, end);
  };
  return { breaker, metrics, begin, finish, call: async (outcome) => finish(await begin(), outcome) };
}

function endOf(outcome: Outcome): Pick<CallEnd, 'state' | 'category'> {
  if (outcome === 'delivered') return { state: 'SUCCEEDED' };
  return outcome === 'unheard' ? { state: 'UNKNOWN' } : { state: 'FAILED', category: outcome };
}

describeOnEveryDatabase('ProviderBreaker', (open) => {
  async function processes(): Promise<{ clock: TestClock; first: Process; second: Process }> {
    const database = await open(ProviderAttempt, ProviderBreakerRow);
    const clock = new TestClock();
    return { clock, first: newProcess(database, clock), second: newProcess(database, clock) };
  }

  /** Opened by failures that no process has seen enough of alone. */
  async function opened(): Promise<{ clock: TestClock; first: Process; second: Process }> {
    const all = await processes();
    await all.first.call('timeout');
    await all.second.call('provider_unavailable');
    await all.first.call('provider_unavailable');
    return all;
  }

  const restOf = async ({ breaker }: Process): Promise<number | undefined> => (await breaker.resting()).get('acme');

  test('leaves a provider alone in every process when the failures of all of them come to too many', async () => {
    const { clock, first, second } = await processes();
    await first.call('timeout');
    await second.call('provider_unavailable');
    expect(await restOf(first)).toBeUndefined();

    await first.call('provider_unavailable');

    expect(await restOf(first)).toBe(10_000);
    await expect(first.begin()).rejects.toBeInstanceOf(ProviderRestingError);
    // The other process finds out within a second.
    clock.nowMs += 1_000;
    expect(await restOf(second)).toBe(9_000);
    await expect(second.begin()).rejects.toMatchObject({ pauseMs: 9_000 });
    expect(await second.metrics.format()).toContain('atelier_provider_resting{provider="acme"} 1');
  });

  test.each<ProviderErrorCategory>([
    'content_rejected',
    'invalid_request',
    'auth_failed',
    'quota_exhausted',
    'rate_limited',
    'bad_response',
  ])('does not hold %s against a provider', async (category) => {
    const { first } = await processes();
    for (let call = 0; call < 10; call += 1) await first.call(category);
    expect(await restOf(first)).toBeUndefined();
  });

  test('looks at the last calls only, and at none that are long over', async () => {
    const { clock, first } = await processes();
    for (const outcome of ['timeout', 'timeout', 'delivered', 'delivered', 'timeout', 'timeout'] as const) {
      clock.nowMs += 1;
      await first.call(outcome);
    }
    expect(await restOf(first)).toBeUndefined();
    clock.nowMs += LIMITS.windowMs + 1;
    await first.call('timeout');
    await first.call('timeout');
    expect(await restOf(first)).toBeUndefined();
    await first.call('timeout');
    expect(await restOf(first)).toBe(10_000);
  });

  test('lets one of fifty calls through after the rest, whoever makes them', async () => {
    const { clock, first, second } = await opened();
    clock.nowMs += LIMITS.restMs;
    expect(await restOf(first)).toBeUndefined();

    const calls = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? first : second).begin()),
    );

    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    clock.nowMs += 1_000;
    expect(await restOf(first)).toBe(5_000);
    await expect(second.begin()).rejects.toMatchObject({ pauseMs: 5_000 });
  });

  test('is as before when the probe delivers, and forgets the failures', async () => {
    const { clock, first, second } = await opened();
    clock.nowMs += LIMITS.restMs;
    await second.call('delivered');

    expect(await restOf(second)).toBeUndefined();
    clock.nowMs += 1_000;
    await first.call('timeout');
    await first.call('timeout');
    expect(await restOf(first)).toBeUndefined();
    await first.call('timeout');
    expect(await restOf(first)).toBe(10_000);
  });

  test('is as before when the provider refuses what a person asked for: it answers', async () => {
    const { clock, first } = await opened();
    clock.nowMs += LIMITS.restMs;
    await first.call('content_rejected');
    expect(await restOf(first)).toBeUndefined();
    await expect(Promise.all([first.begin(), first.begin()])).resolves.toHaveLength(2);
  });

  test('rests longer and longer while probes fail, up to a limit', async () => {
    const { clock, first } = await opened();
    for (const restMs of [20_000, 25_000, 25_000]) {
      clock.nowMs += (await restOf(first)) ?? 0;
      await first.call('provider_unavailable');
      expect(await restOf(first)).toBe(restMs);
    }
  });

  test('lets the next one probe when a probe was called off, not made, or never came back', async () => {
    const { clock, first, second } = await opened();
    clock.nowMs += LIMITS.restMs;
    await first.call('unheard');
    const notMade = await first.begin();
    await first.breaker.ended(notMade, undefined);
    const lost = await first.begin();
    await expect(first.begin()).rejects.toBeInstanceOf(ProviderRestingError);

    clock.nowMs += LIMITS.probeMs;
    await second.call('delivered');

    expect(await restOf(second)).toBeUndefined();
    // The one that was given up comes back after all, and changes nothing.
    await first.finish(lost, 'provider_unavailable');
    clock.nowMs += 1_000;
    expect(await restOf(first)).toBeUndefined();
  });
});
