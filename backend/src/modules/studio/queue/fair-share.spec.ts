import { expect, test } from '@jest/globals';
import { GenerateRequest } from '@atelier/contracts';
import { Test } from '@nestjs/testing';
import { DataSource, In } from 'typeorm';
import { type Start, describeAppOnEveryDatabase, platformModules } from '../../../../test/test-app.js';
import { newId } from '../../../platform/crypto/index.js';
import { Transactions, insertRows } from '../../../platform/database/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { Actor } from '../../auth/index.js';
import { CreditLedger, CreditsService, SYSTEM_ACTOR } from '../../credits/index.js';
import { ProviderError } from '../../providers/index.js';
import { TURNS, countAllAtWork, countAtWork, countAtWorkByProvider, itemsInTurn, waitingInTurn } from './fair-share.js';
import { GenerationRow } from '../generation.entity.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { GenerationRunner } from './generation-runner.js';
import { type ClaimedItem, ItemClaims, LEASE_MS } from '../items/item-claims.js';
import { ItemQueue } from '../items/item-queue.js';
import { MAX_AT_WORK_PER_USER, MAX_UNFINISHED, MAX_UNFINISHED_PER_USER } from './queue-limits.js';
import { StudioModule } from '../studio.module.js';
import { StudioService } from '../studio.service.js';
import { wishFor } from '../testing/generations.js';

const [ANNA, BEN, CLEO] = [1, 2, 3];
const CREDITS = 1_000;

class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

interface Studio {
  readonly dataSource: DataSource;
  readonly claims: ItemClaims;
  readonly queue: ItemQueue;
  readonly clock: TestClock;
  /** Asks for images as a request would. @returns the refusal, if there is one */
  submit(userId: number, count?: number, idempotencyKey?: string): Promise<DomainError | undefined>;
  /** Puts items there that need no credits. @returns their ids, the oldest first */
  enqueue(userId: number, count: number): Promise<string[]>;
  /** Claims what is due like a process with so many free slots, one after the other. */
  claimDue(slots: number): Promise<ClaimedItem[]>;
  /** Whose items these are, in their order. */
  ownersOf(ids: readonly string[]): Promise<number[]>;
  unfinished(userId: number): Promise<number>;
  balance(userId: number): Promise<{ available: number; held: number }>;
}

/** The studio with everything below it, but without a runner that would claim the items. */
async function openStudio(start: Start): Promise<Studio> {
  const clock = new TestClock();
  const app = await start(async (configuration) => {
    const testing = await Test.createTestingModule({
      imports: [...platformModules(configuration, clock), StudioModule],
    })
      .overrideProvider(GenerationRunner)
      .useValue({ wake: () => undefined })
      .compile();
    return testing.init();
  });
  const [dataSource, claims, transactions] = [app.get(DataSource), app.get(ItemClaims), app.get(Transactions)];
  const ledger = app.get(CreditLedger);
  for (const userId of [ANNA, BEN, CLEO]) {
    await transactions.run(async (tx) => {
      await ledger.openAccount(tx, userId);
      const grantId = `first-${userId}`;
      await ledger.grant(tx, { userId, grantId, amount: CREDITS, reason: 'test', actor: SYSTEM_ACTOR });
    });
  }
  const queued = (userId: number) => ({
    id: newId(clock.now()),
    generationId: newId(clock.now()),
    userId,
    idx: 0,
    provider: 'mock',
    state: 'QUEUED' as const,
    maxAttempts: 3,
    runAt: (clock.nowMs += 1),
  });
  return {
    dataSource,
    claims,
    queue: app.get(ItemQueue),
    clock,
    submit: async (userId, count = 1, idempotencyKey) => {
      const actor: Actor = { id: userId, role: 'member', name: 'Member', email: `member-${userId}@atelier.test` };
      const request = GenerateRequest.parse({ prompt: 'a harbour', tier: 'standard', provider: 'mock', count });
      try {
        await app.get(StudioService).generate(actor, request, idempotencyKey);
        return undefined;
      } catch (error) {
        if (error instanceof DomainError) return error;
        throw error;
      }
    },
    enqueue: async (userId, count) => {
      const items = Array.from({ length: count }, () => queued(userId));
      for (let first = 0; first < count; first += 500) {
        const some = items.slice(first, first + 500);
        await transactions.run(async (tx) => {
          await insertRows(tx, GenerationRow, some.map(wishFor));
          await insertRows(tx, GenerationItem, some);
        });
      }
      return items.map(({ id }) => id);
    },
    claimDue: async (slots) => {
      const claimed: ClaimedItem[] = [];
      for (const id of await claims.due(slots)) {
        clock.nowMs += 1;
        const item = await claims.claim(id);
        if (item) claimed.push(item);
      }
      return claimed;
    },
    ownersOf: async (ids) => {
      const items = await dataSource.manager.find(GenerationItem);
      const owners = new Map(items.map(({ id, userId }) => [id, userId]));
      return ids.map((id) => owners.get(id) ?? Number.NaN);
    },
    unfinished: (userId) => dataSource.manager.countBy(GenerationItem, { userId, state: In(['QUEUED', 'RUNNING']) }),
    balance: async (userId) => {
      const { available, held } = await app.get(CreditsService).balanceOf(userId);
      return { available, held };
    },
  };
}

const idsOf = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);
const codesOf = (refusals: readonly (DomainError | undefined)[]): string[] =>
  refusals.flatMap((refusal) => (refusal ? [refusal.code] : []));

describeAppOnEveryDatabase('The turns of the queue', (start) => {
  test('let nobody wait behind a batch of 500', async () => {
    const { claims, enqueue } = await openStudio(start);
    const batch = await enqueue(ANNA, 500);
    const [one] = await enqueue(BEN, 1);

    expect(await claims.due(8)).toEqual([batch[0], one, batch[1], batch[2], batch[3]]);
  });

  test('go to whoever has the fewest items at work, and within a user to the oldest', async () => {
    const { claimDue, enqueue, ownersOf } = await openStudio(start);
    const annas = await enqueue(ANNA, 10);
    const first = await claimDue(3);
    expect(idsOf(first)).toEqual(annas.slice(0, 3));

    await enqueue(BEN, 10);

    expect(await ownersOf(idsOf(await claimDue(5)))).toEqual([BEN, BEN, BEN, BEN, ANNA]);
  });

  test('go round also when only one slot is ever free', async () => {
    const { claimDue, queue, submit, ownersOf } = await openStudio(start);
    for (const user of [ANNA, BEN, CLEO]) for (let n = 0; n < 4; n += 1) await submit(user);

    const served: string[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const [item] = await claimDue(1);
      if (!item) throw new Error('Nothing is due');
      served.push(item.id);
      await queue.fail(item, new ProviderError('timeout'));
    }

    expect(await ownersOf(served)).toEqual([ANNA, BEN, CLEO, ANNA, BEN, CLEO, ANNA, BEN, CLEO]);
  });

  test('give one user no more than their share, however many processes claim at once', async () => {
    const { claims, enqueue, dataSource } = await openStudio(start);
    const batch = await enqueue(ANNA, 50);

    const claimed = await Promise.all(batch.map((id) => claims.claim(id)));

    expect(claimed.filter((item) => item !== undefined)).toHaveLength(MAX_AT_WORK_PER_USER);
    const atWork = await dataSource.manager.findBy(GenerationItem, { state: 'RUNNING' });
    expect(atWork).toHaveLength(MAX_AT_WORK_PER_USER);
    // A refused claim leaves nothing: no attempt, no fence.
    const [untouched] = await dataSource.manager.findBy(GenerationItem, { state: 'QUEUED' });
    expect(untouched).toMatchObject({ attempts: 0, fence: 0, leaseOwner: null, startedAt: null });
    expect(await claims.due(50)).toEqual([]);
  });

  test('come to the next item of a capped user as soon as one of theirs ends', async () => {
    const { queue, submit, claimDue } = await openStudio(start);
    await submit(ANNA, MAX_AT_WORK_PER_USER + 1);
    const [ending] = await claimDue(8);
    if (!ending) throw new Error('Nothing is due');
    expect(await claimDue(8)).toEqual([]);

    await queue.fail(ending, new ProviderError('timeout'));

    expect(await claimDue(8)).toHaveLength(1);
    expect(await claimDue(8)).toEqual([]);
  });

  test('count no lost lease as work, and give those items their turn again', async () => {
    const { claims, clock, enqueue, claimDue } = await openStudio(start);
    const ids = await enqueue(ANNA, MAX_AT_WORK_PER_USER + 4);
    const lost = await claimDue(8);
    expect(lost).toHaveLength(MAX_AT_WORK_PER_USER);
    clock.nowMs += LEASE_MS + 1;

    expect(await claims.due(8)).toEqual(ids.slice(0, MAX_AT_WORK_PER_USER));
    const claimed = await Promise.all(ids.map((id) => claims.claim(id)));
    expect(claimed.filter((item) => item !== undefined)).toHaveLength(MAX_AT_WORK_PER_USER);
  });

  test("are nobody's while their provider is passed over, and go to the others", async () => {
    const { dataSource, clock, enqueue } = await openStudio(start);
    const { manager } = dataSource;
    const [first = '', second = '', third = ''] = await enqueue(ANNA, 3);
    const [bens = ''] = await enqueue(BEN, 1);
    await dataSource.manager.update(GenerationItem, { id: In([first, bens]) }, { provider: 'openai' });
    await dataSource.manager.update(GenerationItem, { id: second }, { provider: 'gemini' });
    const idsExcept = async (...passedOver: string[]) =>
      (await itemsInTurn(manager, clock.now(), 8, passedOver)).map(({ id, provider }) => [id, provider]);

    const [openaiFirst, openaiBen] = [first, bens].map((id) => [id, 'openai']);
    expect(await idsExcept()).toEqual([openaiFirst, openaiBen, [second, 'gemini'], [third, 'mock']]);
    // Anna's next one has her first turn now.
    expect(await idsExcept('gemini')).toEqual([openaiFirst, openaiBen, [third, 'mock']]);
    expect(await idsExcept('openai')).toEqual([
      [second, 'gemini'],
      [third, 'mock'],
    ]);
    expect(await idsExcept('openai', 'gemini')).toEqual([[third, 'mock']]);
    expect((await itemsInTurn(manager, clock.now(), 2)).map(({ id }) => id)).toEqual([first, bens]);
  });

  test('are told also of items whose next attempt is not due yet, by their generation', async () => {
    const { dataSource, clock, enqueue } = await openStudio(start);
    const { manager } = dataSource;
    const ids = [...(await enqueue(ANNA, 2)), ...(await enqueue(BEN, 1))];
    const items = await manager.find(GenerationItem);
    const generationOf = new Map(items.map(({ id, generationId }) => [id, generationId]));
    const [first, second, bens] = ids.map((id) => generationOf.get(id));
    await manager.update(GenerationItem, { id: ids[1] ?? '' }, { runAt: clock.now() + 60_000 });

    expect(await waitingInTurn(manager, clock.now())).toEqual([first, bens, second]);
    expect(await itemsInTurn(manager, clock.now(), 8)).toHaveLength(2);
  });

  test('count whom and what is at work, and nothing whose lease is lost', async () => {
    const { dataSource, clock, enqueue, claims } = await openStudio(start);
    const { manager } = dataSource;
    const [mocks = '', openais = ''] = await enqueue(ANNA, 3);
    const [bens = ''] = await enqueue(BEN, 1);
    await manager.update(GenerationItem, { id: openais }, { provider: 'openai' });
    const counts = async () => ({
      all: await countAllAtWork(manager, clock.now()),
      anna: await countAtWork(manager, ANNA, clock.now()),
      ben: await countAtWork(manager, BEN, clock.now()),
      providers: Object.fromEntries(await countAtWorkByProvider(manager, clock.now())),
    });
    expect(await counts()).toEqual({ all: 0, anna: 0, ben: 0, providers: {} });

    for (const id of [mocks, openais, bens]) await claims.claim(id);
    const atWork = { all: 3, anna: 2, ben: 1, providers: { mock: 2, openai: 1 } };
    expect(await counts()).toEqual(atWork);
    clock.nowMs += LEASE_MS;
    expect(await counts()).toEqual(atWork);
    clock.nowMs += 1;
    expect(await counts()).toEqual({ all: 0, anna: 0, ben: 0, providers: {} });
  });

  test('are found by index', async () => {
    const { dataSource } = await openStudio(start);
    const isSqlite = dataSource.options.type === 'better-sqlite3';

    const plan: unknown = await dataSource.query(`EXPLAIN ${isSqlite ? 'QUERY PLAN' : ''} ${TURNS}`, [
      1,
      1,
      1,
      MAX_AT_WORK_PER_USER,
      8,
    ]);

    const text = JSON.stringify(plan);
    for (const index of ['due', 'lease', 'served']) expect(text).toContain(`ix_generation_item_${index}`);
    if (isSqlite) expect(text).not.toMatch(/SCAN generation_item/);
  });
});

describeAppOnEveryDatabase('A full queue', (start) => {
  test('takes exactly its number of one user under 50 parallel requests, and holds credits for no more', async () => {
    const { submit, unfinished, balance } = await openStudio(start);
    for (let taken = 0; taken < 80; taken += 8) expect(await submit(ANNA, 8)).toBeUndefined();

    const refusals = await Promise.all(Array.from({ length: 50 }, () => submit(ANNA, 1)));

    expect(codesOf(refusals)).toEqual(Array.from({ length: 30 }, () => 'studio.queue_full'));
    expect(await unfinished(ANNA)).toBe(MAX_UNFINISHED_PER_USER);
    expect(await balance(ANNA)).toEqual({
      available: CREDITS - MAX_UNFINISHED_PER_USER,
      held: MAX_UNFINISHED_PER_USER,
    });
    expect(await submit(BEN, 8)).toBeUndefined();
  });

  test('refuses a batch whole, says when to come again, and forgets the refused key', async () => {
    const { submit, unfinished, balance, queue, claimDue } = await openStudio(start);
    for (let taken = 0; taken < 96; taken += 8) await submit(ANNA, 8, `batch-${taken}`);

    const refusal = await submit(ANNA, 8, 'one too many');

    expect(refusal).toMatchObject({
      code: 'studio.queue_full',
      kind: 'throttled',
      retryable: true,
      retryAfterMs: 10_000,
    });
    expect(refusal?.message).toContain('Nothing was charged.');
    expect(await unfinished(ANNA)).toBe(96);
    expect(await balance(ANNA)).toEqual({ available: CREDITS - 96, held: 96 });
    // What was accepted before is found again, also by a user whose queue is full.
    expect(await submit(ANNA, 4)).toBeUndefined();
    expect(await submit(ANNA, 8, 'batch-0')).toBeUndefined();

    for (let round = 0; round < 2; round += 1)
      for (const item of await claimDue(8)) await queue.fail(item, new ProviderError('timeout'));
    expect(await submit(ANNA, 8, 'one too many')).toBeUndefined();
  });

  test('is full for everybody when the installation has as much as it can take', async () => {
    const { submit, enqueue, balance, claims } = await openStudio(start);
    await enqueue(CLEO, MAX_UNFINISHED - 1);
    expect(await submit(ANNA, 2)).toMatchObject({ code: 'studio.queue_full' });
    expect(await submit(ANNA, 1)).toBeUndefined();
    expect(await submit(BEN, 1)).toMatchObject({ code: 'studio.queue_full', kind: 'throttled' });
    expect(await balance(BEN)).toEqual({ available: CREDITS, held: 0 });

    expect(await claims.due(8)).toHaveLength(MAX_AT_WORK_PER_USER + 1);
  });
});
