import { expectSame } from './expect-same.js';
import type { ObservedStudio } from './observed-studio.js';
import type { ItemState } from './studio-model.js';

interface Entry {
  readonly seq: number | string;
  readonly src: string;
  readonly dst: string;
  readonly amount: number | string;
  readonly itemId: string | null;
  readonly available: number | string;
  readonly held: number | string;
}

const HOLD_OF: Record<string, string> = {
  QUEUED: 'HELD',
  RUNNING: 'HELD',
  SUCCEEDED: 'CAPTURED',
  FAILED: 'RELEASED',
  CANCELED: 'RELEASED',
};

/** A poisoned item can't have the provider called for ever. */
const MAX_CALLS = 3;

const END_OF: Record<string, string[]> = { HELD: [], CAPTURED: ['HELD-CONSUMED'], RELEASED: ['HELD-AVAILABLE'] };

/**
 * Checks one person's books against each other, without the model and without the product's own audit: every column
 * is the sum of its entries, entries are numbered without gaps, each item has the one hold, the entries and the image
 * that its state calls for, and the log of events ends as the generation did.
 */
export async function expectSoundBooks(studio: ObservedStudio): Promise<void> {
  const { dataSource, actor, observe } = studio;
  const { account, items } = await observe();
  const entries = await dataSource.query<Entry[]>(
    `SELECT entry.seq AS seq, src, dst, amount, item_id AS "itemId", available_after AS available, held_after AS held
     FROM ledger_entry entry JOIN credit_account ON credit_account.id = entry.account_id
     WHERE owner_id = ? ORDER BY entry.seq`,
    [String(actor.id)],
  );
  const balance = { OUTSIDE: 0, AVAILABLE: 0, HELD: 0, CONSUMED: 0 };
  const movesOf = new Map<string, string[]>();
  for (const [index, { seq, src, dst, amount, itemId, available, held }] of entries.entries()) {
    expectSame(Number(seq), index + 1);
    balance[src as keyof typeof balance] -= Number(amount);
    balance[dst as keyof typeof balance] += Number(amount);
    expectSame([Number(available), Number(held)], [balance.AVAILABLE, balance.HELD]);
    if (itemId !== null) movesOf.set(itemId, [...(movesOf.get(itemId) ?? []), `${src}-${dst}`]);
  }
  const { granted, available, held, consumed, seq } = account;
  const { OUTSIDE, AVAILABLE, HELD, CONSUMED } = balance;
  expectSame([granted, available, held, consumed, seq], [0 - OUTSIDE, AVAILABLE, HELD, CONSUMED, entries.length]);
  for (const { id, state, hold, storageKey, calls } of items) {
    expectSame([id, calls <= MAX_CALLS], [id, true]);
    expectSame([id, hold], [id, HOLD_OF[state]]);
    expectSame([id, storageKey !== null], [id, state === 'SUCCEEDED']);
    expectSame([id, movesOf.get(id)], [id, ['AVAILABLE-HELD', ...(END_OF[hold] ?? [])]]);
  }
  expectSame(movesOf.size, items.length);
  await expectSoundLog(studio, items);
}

/** A generation is queued once, and ends once, as its items say. */
async function expectSoundLog({ dataSource, actor }: ObservedStudio, items: readonly ItemState[]): Promise<void> {
  const events = await dataSource.query<{ generationId: string; type: string }[]>(
    'SELECT generation_id AS "generationId", type FROM generation_event WHERE user_id = ? ORDER BY id',
    [actor.id],
  );
  const logs = Map.groupBy(events, ({ generationId }) => generationId);
  const generations = Map.groupBy(items, ({ generationId }) => generationId);
  expectSame([...logs.keys()].sort(), [...generations.keys()].sort());
  for (const [id, ofIt] of generations) {
    const types = (logs.get(id) ?? []).map(({ type }) => type.replace('generation.', ''));
    const ends = types.filter((type) => ENDS.has(type));
    expectSame(types.indexOf('queued'), types.lastIndexOf('queued'));
    expectSame(types[0], 'queued');
    expectSame(ends, ofIt.some(({ hold }) => hold === 'HELD') ? [] : [endOf(ofIt.map(({ state }) => state))]);
    if (ends.length > 0) expectSame(ends, types.slice(-1));
  }
}

const ENDS: ReadonlySet<string> = new Set(['succeeded', 'partially_succeeded', 'failed', 'canceled']);

function endOf(states: readonly string[]): string {
  if (!states.includes('SUCCEEDED')) return states.includes('FAILED') ? 'failed' : 'canceled';
  return states.every((state) => state === 'SUCCEEDED') ? 'succeeded' : 'partially_succeeded';
}
