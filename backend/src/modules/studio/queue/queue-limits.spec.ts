import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { newId } from '../../../platform/crypto/index.js';
import { atLast, insertRows } from '../../../platform/database/index.js';
import { GenerationItem, ITEM_STATES, type ItemState } from '../items/generation-item.entity.js';
import {
  MAX_AT_WORK_PER_PROCESS,
  MAX_AT_WORK_PER_USER,
  MAX_UNFINISHED,
  MAX_UNFINISHED_PER_USER,
  assertQueueHasRoom,
  roomInQueue,
} from './queue-limits.js';

const ANNA = 1;

type GenerationItemDraft = ReturnType<typeof itemOf>;

const itemOf = (userId: number, state: ItemState) => ({
  id: newId(1),
  generationId: newId(1),
  userId,
  idx: 0,
  provider: 'mock',
  state,
  maxAttempts: 3,
  runAt: 1,
});

/** Leaves for the end of a transaction what a submission of Anna's does there. */
function submit(tx: EntityManager): void {
  const { rows, parameters, refused } = roomInQueue(tx, ANNA);
  const event = 'INSERT INTO generation_event (user_id, generation_id, type, created_at)';
  atLast(tx, { sql: `${event} SELECT ${ANNA}, 'g', 'generation.queued', 1 ${rows}`, parameters, refused });
}

async function expectRoomFor(count: number, asked: Promise<void>, open: number): Promise<void> {
  const excess = open + count - MAX_UNFINISHED_PER_USER;
  if (excess <= 0) return expect(asked).resolves.toBeUndefined();
  return expect(asked).rejects.toMatchObject({
    code: 'studio.queue_full',
    message: expect.stringContaining('You may have 100 images waiting'),
    retryAfterMs: Math.ceil(excess / MAX_AT_WORK_PER_USER) * 10_000,
  });
}

describeOnEveryDatabase('The room in the queue of one person', (open) => {
  test('is what is left of the limit by what is not finished, counted once', async () => {
    const { dataSource, transactions } = await open(GenerationItem);
    const states = fc.record({
      open: fc.integer({ min: MAX_UNFINISHED_PER_USER - 9, max: MAX_UNFINISHED_PER_USER + 9 }),
      finished: fc.nat({ max: 5 }),
      ofOthers: fc.nat({ max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(states, fc.integer({ min: 1, max: 8 }), async ({ open, finished, ofOthers }, count) => {
        const items = [
          ...Array.from({ length: open }, (_, n) => itemOf(ANNA, n % 2 === 0 ? 'QUEUED' : 'RUNNING')),
          ...Array.from({ length: finished }, (_, n) => itemOf(ANNA, ITEM_STATES[2 + (n % 3)] ?? 'FAILED')),
          ...Array.from({ length: ofOthers }, () => itemOf(2, 'QUEUED')),
        ];
        await transactions.run(async (tx) => {
          await tx.clear(GenerationItem);
          await tx.insert(GenerationItem, items);
        });
        const submitted = transactions.run(async (tx) => submit(tx));
        await expectRoomFor(0, submitted, open);
        await expectRoomFor(count, assertQueueHasRoom(dataSource.manager, ANNA, count), open);
      }),
      { numRuns: 25 },
    );
  });

  test('is exceeded by no transaction that has put items there, at its end', async () => {
    const { dataSource, transactions } = await open(GenerationItem);
    const put = (items: readonly GenerationItemDraft[]) =>
      transactions.run(async (tx) => {
        await tx.insert(GenerationItem, [...items]);
        submit(tx);
      });
    const counted = () => dataSource.manager.countBy(GenerationItem, { userId: ANNA });
    const anna = (state: ItemState, count: number) => Array.from({ length: count }, () => itemOf(ANNA, state));
    await transactions.run((tx) => tx.insert(GenerationItem, [...anna('SUCCEEDED', 3), itemOf(2, 'QUEUED')]));
    await transactions.run((tx) => tx.insert(GenerationItem, anna('RUNNING', MAX_UNFINISHED_PER_USER - 10)));

    await put(anna('QUEUED', 8));
    for (const count of [3, 3 + MAX_AT_WORK_PER_USER])
      await expect(put(anna('QUEUED', count))).rejects.toMatchObject({
        code: 'studio.queue_full',
        message: expect.stringContaining('You may have 100 images waiting'),
        retryAfterMs: Math.ceil((count - 2) / MAX_AT_WORK_PER_USER) * 10_000,
      });
    expect(await counted()).toBe(3 + MAX_UNFINISHED_PER_USER - 2);
    await put(anna('QUEUED', 2));
    expect(await counted()).toBe(3 + MAX_UNFINISHED_PER_USER);
  });
});

describeOnEveryDatabase('The room in the queue of all', (open) => {
  test('is taken up by what is wanted beside what is there', async () => {
    const { dataSource, transactions } = await open(GenerationItem);
    const items = Array.from({ length: MAX_UNFINISHED - 1 }, () => itemOf(2, 'QUEUED'));
    for (let first = 0; first < items.length; first += 500)
      await transactions.run((tx) => insertRows(tx, GenerationItem, items.slice(first, first + 500)));
    const ask = (count: number) => assertQueueHasRoom(dataSource.manager, ANNA, count);

    await expect(ask(1)).resolves.toBeUndefined();
    for (const count of [2, 2 + MAX_AT_WORK_PER_PROCESS])
      await expect(ask(count)).rejects.toMatchObject({
        code: 'studio.queue_full',
        message: expect.stringContaining('More images are waiting to be made than we can take on.'),
        retryAfterMs: Math.ceil((count - 1) / MAX_AT_WORK_PER_PROCESS) * 10_000,
      });

    await transactions.run((tx) => tx.insert(GenerationItem, itemOf(ANNA, 'QUEUED')));
    await transactions.run(async (tx) => submit(tx));
    const oneMore = transactions.run(async (tx) => {
      await tx.insert(GenerationItem, itemOf(ANNA, 'RUNNING'));
      submit(tx);
    });
    await expect(oneMore).rejects.toMatchObject({
      code: 'studio.queue_full',
      message: expect.stringContaining('More images are waiting'),
      retryAfterMs: 10_000,
    });
  });
});
