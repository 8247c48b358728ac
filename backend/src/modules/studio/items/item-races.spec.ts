import { expect, jest, test } from '@jest/globals';
import { GENERATION_FINAL_EVENTS } from '@atelier/contracts';
import { DataSource, In } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { LedgerAudit, SYSTEM_ACTOR } from '../../credits/index.js';
import { ProviderError } from '../../providers/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemCalls } from './item-calls.js';
import { type ClaimedItem, LEASE_MS } from './item-claims.js';
import { OverdueItems } from '../caretaker/overdue-items.js';
import { MAX_AT_WORK_PER_USER } from '../queue/queue-limits.js';
import { PRICE, type TestStudio, imageOf, openStudio } from '../testing/open-studio.js';

const ROUNDS = 20;
const HOLD_TTL_MS = 3_600_000;

/** Everything that may happen to one item at the same moment, as steps that say whether they settled it. */
function contenders(studio: TestStudio, stale: ClaimedItem): (() => Promise<boolean>)[] {
  const { app, claims, queue, clock } = studio;
  const takeOver = async (): Promise<boolean> => {
    const fresh = await claims.claim(stale.id);
    return fresh !== undefined && queue.succeed(fresh, imageOf(fresh, clock));
  };
  const image = imageOf(stale, clock);
  return [
    () => queue.succeed(stale, image),
    () => queue.succeed(stale, imageOf(stale, clock)),
    () => queue.fail(stale, new ProviderError('timeout')),
    async () => (await queue.cancel(stale.generationId, SYSTEM_ACTOR)).includes(stale.id),
    async () => (await app.get(OverdueItems).giveUp(10)).includes(stale.id),
    async () => (await queue.giveUpExhausted(10)).includes(stale.id),
    takeOver,
    async () => {
      await queue.requeue(stale, 0);
      return false;
    },
    async () => {
      await claims.heartbeat(stale);
      await app.get(ItemCalls).closeDeserted(10);
      return false;
    },
  ];
}

describeAppOnEveryDatabase('One item', (start) => {
  test('has exactly one end, whatever happens to it at the same moment', async () => {
    const studio = await openStudio(start, 1_000);
    const { app, clock, submit, claim, balance, images, stateOf } = studio;
    const { manager } = app.get(DataSource);
    const ends = new Map<string, number>();
    let charged = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const stale = await claim(await submit(HOLD_TTL_MS));
      // Now the lease has run out, and in every other round the credits have been held for too long as well.
      clock.nowMs += round % 2 === 0 ? LEASE_MS + 1 : HOLD_TTL_MS;
      const steps = contenders(studio, stale);
      const crowd = Array.from({ length: 54 }, (_, index) => steps[(index + round) % steps.length]);

      const settled = await Promise.all(crowd.map(async (step) => step?.()));
      await app.get(OverdueItems).giveUp(10);
      await studio.queue.cancel(stale.generationId, SYSTEM_ACTOR);

      const state = await stateOf(stale.id);
      ends.set(state, (ends.get(state) ?? 0) + 1);
      const isCharged = state === 'SUCCEEDED';
      charged += isCharged ? PRICE : 0;
      expect(['SUCCEEDED', 'FAILED', 'CANCELED']).toContain(state);
      expect(await images(stale.id)).toBe(isCharged ? 1 : 0);
      // A step may succeed again if it finds its own commit, but nobody else may.
      if (!isCharged) expect(settled.filter(Boolean).length).toBeLessThanOrEqual(1);
      const entries = await manager.query<unknown[]>('SELECT id FROM ledger_entry WHERE item_id = ?', [stale.id]);
      expect(entries).toHaveLength(2);
      const final = await manager.query<unknown[]>(
        `SELECT id FROM generation_event WHERE generation_id = ? AND type IN (${GENERATION_FINAL_EVENTS.map(() => '?').join()})`,
        [stale.generationId, ...GENERATION_FINAL_EVENTS],
      );
      expect(final).toHaveLength(1);
      expect(await balance()).toEqual([1_000 - charged, 0, charged]);
    }
    expect((await app.get(LedgerAudit).run()).mismatches).toEqual([]);
    // The race is one: more than one kind of contender has won in twenty rounds.
    expect(ends.size).toBeGreaterThan(1);
  }, 120_000);
});

describeAppOnEveryDatabase('One account', (start) => {
  test('has four of sixteen items that are claimed at once at work, and nobody has to ask twice', async () => {
    const studio = await openStudio(start, 1_000);
    const { app, claims, clock, queue, submit } = studio;
    for (let round = 0; round < 5; round += 1) {
      const ids = await Promise.all(Array.from({ length: 16 }, () => submit()));

      const { begun, outcomes } = await transactionsOf(app.get(DataSource), () =>
        Promise.all(ids.map((id) => claims.claim(id))),
      );

      expect(begun).toBe(16);
      const claimed = outcomes.filter((item) => item !== undefined);
      expect(claimed).toHaveLength(MAX_AT_WORK_PER_USER);
      await Promise.all(claimed.map((item) => queue.succeed(item, imageOf(item, clock))));
    }
  });

  test('pays for sixteen images that come at once, none of which has to be recorded twice', async () => {
    const studio = await openStudio(start, 1_000);
    const { app, clock, queue, submitBatch, balance } = studio;
    const dataSource = app.get(DataSource);
    const { manager } = dataSource;
    for (let round = 1; round <= 5; round += 1) {
      const ids = (await Promise.all([8, 4, 2, 1, 1].map((count) => submitBatch(count)))).flat();
      // Claimed by other processes, each with a fair share of its own.
      const claim = { state: 'RUNNING' as const, fence: 1, attempts: 1, leaseUntil: clock.now() + LEASE_MS };
      await manager.update(GenerationItem, { id: In(ids) }, claim);
      const items = (await manager.findBy(GenerationItem, { id: In(ids) })).map(
        ({ id, generationId, userId, provider, fence, maxAttempts }): ClaimedItem => ({
          ...{ id, generationId, userId, provider, fence, maxAttempts },
          attempt: 1,
        }),
      );

      const { begun, outcomes } = await transactionsOf(dataSource, () =>
        Promise.all(items.map((item) => queue.succeed(item, imageOf(item, clock)))),
      );

      expect(begun).toBe(16);
      expect(outcomes).toEqual(Array.from({ length: 16 }, () => true));
      expect(await balance()).toEqual([1_000 - round * 16 * PRICE, 0, round * 16 * PRICE]);
    }
    const lines = await manager.query<Record<'seq' | 'dst' | 'available_after' | 'held_after', number | string>[]>(
      'SELECT seq, dst, available_after, held_after FROM ledger_entry ORDER BY seq',
    );
    let [available, held] = [0, 0];
    for (const [index, { seq, dst, available_after, held_after }] of lines.entries()) {
      if (dst === 'AVAILABLE') available += 1_000;
      if (dst === 'HELD') [available, held] = [available - PRICE, held + PRICE];
      if (dst === 'CONSUMED') held -= PRICE;
      expect([seq, available_after, held_after].map(Number)).toEqual([index + 1, available, held]);
    }
    expect(lines).toHaveLength(1 + 5 * 16 * 2);
    expect((await app.get(LedgerAudit).run()).mismatches).toEqual([]);
  });
});

/** Begun once each means that none has met a deadlock, or waited for too long, and run again. */
async function transactionsOf<Outcomes>(
  dataSource: DataSource,
  work: () => Promise<Outcomes>,
): Promise<{ begun: number; outcomes: Outcomes }> {
  const create = dataSource.createQueryRunner.bind(dataSource);
  let begun = 0;
  const watched = jest.spyOn(dataSource, 'createQueryRunner').mockImplementation((mode) => {
    const runner = create(mode);
    const start = runner.startTransaction.bind(runner);
    return Object.assign(runner, {
      startTransaction: async () => {
        begun += 1;
        await start();
      },
    });
  });
  const outcomes = await work();
  watched.mockRestore();
  return { begun, outcomes };
}
