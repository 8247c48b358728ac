import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { newId } from '../../../platform/crypto/index.js';
import { itemsInTurn } from './fair-share.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { MAX_AT_WORK_PER_USER } from './queue-limits.js';

const NOW = 1_800_000_000_000;

interface Queued {
  readonly userId: number;
  readonly provider: string;
  readonly kind: 'due' | 'early' | 'at work' | 'lost' | 'exhausted' | 'done';
  readonly ageMs: number;
}

const queued: fc.Arbitrary<Queued> = fc.record({
  userId: fc.integer({ min: 1, max: 4 }),
  provider: fc.constantFrom('mock', 'openai'),
  kind: fc.constantFrom('due', 'due', 'due', 'early', 'at work', 'lost', 'exhausted', 'done'),
  ageMs: fc.integer({ min: 0, max: 5 }),
});

const queue = fc.array(queued, { maxLength: 30 });
const resting = fc.constantFrom<string[]>([], [], ['openai'], ['openai', 'mock']);

/** As it is stored. Whoever was served, was served when the item became due. */
function stored({ userId, provider, kind, ageMs }: Queued) {
  const isRunning = kind === 'at work' || kind === 'lost' || kind === 'exhausted';
  return {
    id: newId(NOW),
    generationId: newId(NOW),
    userId,
    idx: 0,
    provider,
    state: isRunning ? ('RUNNING' as const) : kind === 'done' ? ('SUCCEEDED' as const) : ('QUEUED' as const),
    maxAttempts: 3,
    attempts: kind === 'exhausted' ? 3 : isRunning ? 1 : 0,
    leaseUntil: kind === 'at work' ? NOW : isRunning ? NOW - 1 : 0,
    runAt: kind === 'early' ? NOW + 1 : NOW - ageMs,
    startedAt: isRunning || kind === 'done' ? NOW - ageMs : null,
  };
}

/** The order of turns in so many words: one after the other, always for whoever has had the least. */
function turns(items: readonly ReturnType<typeof stored>[], resting: readonly string[]): string[] {
  const isLost = ({ state, leaseUntil, attempts }: ReturnType<typeof stored>) =>
    state === 'RUNNING' && leaseUntil < NOW && attempts < 3;
  const order: { id: string; place: number; servedAt: number; runAt: number }[] = [];
  for (const own of Map.groupBy(items, ({ userId }) => userId).values()) {
    const atWork = own.filter(({ state, leaseUntil }) => state === 'RUNNING' && leaseUntil >= NOW).length;
    const servedAt = Math.max(...own.map(({ startedAt }) => startedAt ?? -1));
    own
      .filter(({ provider }) => !resting.includes(provider))
      .filter((item) => (item.state === 'QUEUED' && item.runAt <= NOW) || isLost(item))
      .sort((one, other) => one.runAt - other.runAt || (one.id < other.id ? -1 : 1))
      .forEach(({ id, runAt }, index) => order.push({ id, runAt, servedAt, place: atWork + index + 1 }));
  }
  return order
    .filter(({ place }) => place <= MAX_AT_WORK_PER_USER)
    .sort(
      (one, other) =>
        one.place - other.place ||
        one.servedAt - other.servedAt ||
        one.runAt - other.runAt ||
        (one.id < other.id ? -1 : 1),
    )
    .map(({ id }) => id);
}

describeOnEveryDatabase('The turns of any queue', (open) => {
  test('are those of the rules', async () => {
    const { dataSource, transactions } = await open(GenerationItem);
    await fc.assert(
      fc.asyncProperty(queue, fc.integer({ min: 1, max: 12 }), resting, async (queue, limit, resting) => {
        const items = queue.map(stored);
        await transactions.run(async (tx) => {
          await tx.clear(GenerationItem);
          if (items.length > 0) await tx.insert(GenerationItem, items);
        });

        const inTurn = await itemsInTurn(dataSource.manager, NOW, limit, resting);
        expect(inTurn.map(({ id }) => id)).toEqual(turns(items, resting).slice(0, limit));
        expect(inTurn.map(({ provider }) => provider)).toEqual(
          inTurn.map(({ id }) => items.find((item) => item.id === id)?.provider),
        );
      }),
      { numRuns: 60 },
    );
  });
});
