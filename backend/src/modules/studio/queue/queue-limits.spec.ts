import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { newId } from '../../../platform/crypto/index.js';
import { GenerationItem, ITEM_STATES, type ItemState } from '../items/generation-item.entity.js';
import { MAX_AT_WORK_PER_USER, MAX_UNFINISHED_PER_USER, assertQueueHasRoom } from './queue-limits.js';

const ANNA = 1;

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
        for (const isCounted of [true, false]) {
          const excess = open + (isCounted ? 0 : count) - MAX_UNFINISHED_PER_USER;
          const asked = assertQueueHasRoom(dataSource.manager, { userId: ANNA, count, isCounted });
          if (excess <= 0) await expect(asked).resolves.toBeUndefined();
          else {
            await expect(asked).rejects.toMatchObject({
              code: 'studio.queue_full',
              message: expect.stringContaining('You may have 100 images waiting'),
              retryAfterMs: Math.ceil(excess / MAX_AT_WORK_PER_USER) * 10_000,
            });
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
