import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { Clock } from '../time/index.js';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyKeys, type KeyedRequest } from './idempotency-keys.js';

const REQUEST: KeyedRequest = { principal: 'user:1', route: 'POST /x', key: 'k1', body: { amount: 1 } };

describeOnEveryDatabase('IdempotencyKeys', (open) => {
  async function openKeys(clock = new Clock()): Promise<{ keys: IdempotencyKeys; runs: () => number; once: Once }> {
    const { dataSource, transactions } = await open(IdempotencyKeyRow);
    const keys = new IdempotencyKeys(dataSource, transactions, clock);
    let runs = 0;
    const once: Once = (request, resultId) =>
      keys.runOnce(request, resultId, async () => {
        await Promise.resolve();
        runs += 1;
      });
    return { keys, runs: () => runs, once };
  }
  type Once = (request: KeyedRequest | undefined, resultId: string) => ReturnType<IdempotencyKeys['runOnce']>;

  test('carries fifty simultaneous repetitions out once', async () => {
    const { once } = await openKeys();

    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => once(REQUEST, `result-${index}`)));

    expect(new Set(outcomes.map(({ resultId }) => resultId)).size).toBe(1);
    expect(outcomes.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
  });

  test('lets one of two bodies win and refuses the other', async () => {
    const { once } = await openKeys();

    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => once({ ...REQUEST, body: { amount: index % 2 } }, `result-${index}`)),
    );

    const carriedOut = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value.resultId);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(new Set(carriedOut).size).toBe(1);
    expect(refused).toHaveLength(25);
    expect(refused.every(({ reason }) => reason.code === 'request.idempotency_conflict')).toBe(true);
  });

  test.each<[string, Partial<KeyedRequest>]>([
    ['principals', { principal: 'user:2' }],
    ['routes', { route: 'POST /y' }],
    ['letter case', { key: 'K1' }],
    ['trailing space', { key: 'k1 ' }],
    ['accents', { key: 'ḱ1' }],
  ])('keeps keys apart that differ in %s', async (_, difference) => {
    const { once, runs } = await openKeys();

    await once(REQUEST, 'first');
    const other = await once({ ...REQUEST, ...difference }, 'second');

    expect(other).toEqual({ resultId: 'second', isReplay: false });
    expect(runs()).toBe(2);
  });

  test('takes two requests for one exactly when principal, route and key are the same, and compares their bodies', async () => {
    const { keys, once } = await openKeys();
    const part = fc.oneof(fc.constantFrom('', 'a', 'a"', 'a","a', '\\', 'a\u0000'), fc.string({ unit: 'binary' }));
    const name = fc.record({ principal: part, route: part, key: part });
    const body = fc.jsonValue();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(name, fc.option(name), body, body, async (first, other, firstBody, secondBody) => {
        // Names of an earlier run must not be met again.
        run += 1;
        const own = (request: typeof first): typeof first => ({ ...request, principal: `${run} ${request.principal}` });
        await once({ ...own(first), body: firstBody }, `first ${run}`);
        const second = once({ ...own(other ?? first), body: secondBody }, `second ${run}`);

        const isSame = other === null || JSON.stringify(first) === JSON.stringify(other);
        if (!isSame) expect(await second).toEqual({ resultId: `second ${run}`, isReplay: false });
        else if (JSON.stringify(firstBody) === JSON.stringify(secondBody)) {
          expect(await second).toEqual({ resultId: `first ${run}`, isReplay: true });
        } else await expect(second).rejects.toMatchObject({ code: 'request.idempotency_conflict' });
        expect(await keys.find({ ...own(first), body: firstBody })).toBe(`first ${run}`);
      }),
      { numRuns: 100 },
    );
  });

  test('carries requests without a key out every time', async () => {
    const { once, runs } = await openKeys();

    await once(undefined, 'first');
    await once(undefined, 'second');

    expect(runs()).toBe(2);
  });

  test('remembers nothing of a request that was refused', async () => {
    const { keys, once } = await openKeys();
    const refusal = keys.runOnce(REQUEST, 'first', () => Promise.reject(new Error('not enough credits')));
    await expect(refusal).rejects.toThrow('not enough credits');

    expect(await once(REQUEST, 'second')).toEqual({ resultId: 'second', isReplay: false });
  });

  test('forgets a key after a week and no sooner', async () => {
    const clock = new (class extends Clock {
      nowMs = 1_800_000_000_000;
      override now(): number {
        return this.nowMs;
      }
    })();
    const { keys, once } = await openKeys(clock);
    await once(REQUEST, 'first');

    clock.nowMs += 7 * 86_400_000;
    expect(await keys.prune()).toBe(0);
    clock.nowMs += 1;
    expect(await keys.prune()).toBe(1);
    expect(await keys.find(REQUEST)).toBeUndefined();
  });
});
