import type { EntryRow, HoldRow, Records } from './records.js';

/** What each way of moving credits adds to available, held, consumed and granted. */
const EFFECTS: Record<string, readonly [available: number, held: number, consumed: number, granted: number]> = {
  'OUTSIDE>AVAILABLE': [1, 0, 0, 1],
  'AVAILABLE>OUTSIDE': [-1, 0, 0, -1],
  'AVAILABLE>HELD': [-1, 1, 0, 0],
  'HELD>CONSUMED': [0, -1, 1, 0],
  'HELD>AVAILABLE': [1, -1, 0, 0],
};

/** INV-1, 2, 8, 13 and 14: every balance follows from its entries, at every entry. */
export function* brokenBalances({ accounts, entries, users }: Records): Generator<string> {
  const entriesOf = Map.groupBy(entries, ({ account_id }) => account_id);
  const owners = new Set(accounts.map(({ owner_id }) => Number(owner_id)));
  for (const { id } of users) if (!owners.has(id)) yield `user ${id} has no credit account`;
  const known = new Set(accounts.map(({ id }) => id));
  for (const { id, account_id } of entries) if (!known.has(account_id)) yield `entry ${id} is of no account`;

  for (const account of accounts) {
    const name = `account of user ${account.owner_id}`;
    if (account.status !== 'ACTIVE') yield `${name} is ${account.status}: the product itself found a mismatch`;
    let [available, held, consumed, granted] = [0, 0, 0, 0];
    const statement = (entriesOf.get(account.id) ?? []).toSorted((a, b) => a.seq - b.seq);
    for (const [index, entry] of statement.entries()) {
      const effect = EFFECTS[`${entry.src}>${entry.dst}`];
      if (!effect) {
        yield `entry ${entry.id} moves credits from ${entry.src} to ${entry.dst}`;
        continue;
      }
      if (entry.seq !== index + 1) yield `${name}: entry ${entry.id} has number ${entry.seq}, not ${index + 1}`;
      if (!Number.isSafeInteger(entry.amount) || entry.amount <= 0) yield `entry ${entry.id} moves ${entry.amount}`;
      available += effect[0] * entry.amount;
      held += effect[1] * entry.amount;
      consumed += effect[2] * entry.amount;
      granted += effect[3] * entry.amount;
      if (Math.min(available, held, consumed) < 0) yield `${name} was overdrawn by entry ${entry.id}`;
      if (entry.available_after !== available || entry.held_after !== held)
        yield `${name}: entry ${entry.id} tells of ${entry.available_after}/${entry.held_after}, it was ${available}/${held}`;
      if (entry.src === 'OUTSIDE' && (!entry.actor_id || !entry.reason))
        yield `entry ${entry.id} adds credits without telling who or why`;
    }
    const columns = { available, held, consumed, granted, seq: statement.length };
    for (const [column, sum] of Object.entries(columns)) {
      const value = account[column as keyof typeof columns];
      if (value !== sum) yield `${name} says ${column} ${value}, its entries say ${sum}`;
    }
  }
}

/** INV-4, 5, 9 and 24: one hold per item, resolved at most once, in step with its item, at the frozen price. */
export function* brokenHolds(records: Records): Generator<string> {
  const { holds, items, generations, accounts, entries } = records;
  const itemsById = new Map(items.map((item) => [item.id, item]));
  const generationsById = new Map(generations.map((generation) => [generation.id, generation]));
  const accountsById = new Map(accounts.map((account) => [account.id, account]));
  const holdsOf = Map.groupBy(holds, ({ item_id }) => item_id);
  const entriesOf = Map.groupBy(entries, ({ hold_id }) => hold_id);

  for (const { id } of items) {
    const count = holdsOf.get(id)?.length ?? 0;
    if (count !== 1) yield `item ${id} has ${count} holds`;
  }
  for (const hold of holds) {
    const item = itemsById.get(hold.item_id);
    const generation = generationsById.get(hold.generation_id);
    if (!item || item.generation_id !== hold.generation_id || !generation) {
      yield `hold ${hold.id} is for no item`;
      continue;
    }
    if (hold.amount !== generation.price_each) yield `hold ${hold.id} is not of the frozen price`;
    if (accountsById.get(hold.account_id)?.owner_id !== String(generation.user_id))
      yield `hold ${hold.id} is on somebody else's account`;
    const fitting = {
      SUCCEEDED: 'CAPTURED',
      FAILED: 'RELEASED',
      CANCELED: 'RELEASED',
      QUEUED: 'HELD',
      RUNNING: 'HELD',
    };
    if (fitting[item.state] !== hold.state) yield `item ${item.id} is ${item.state}, its hold is ${hold.state}`;
    if ((hold.state === 'HELD') !== (hold.resolved_at === null)) yield `hold ${hold.id} is ${hold.state} at no time`;
    yield* brokenEntries(hold, entriesOf.get(hold.id) ?? []);
  }
  const known = new Set(holds.map(({ id }) => id));
  for (const { id, hold_id } of entries) if (hold_id !== null && !known.has(hold_id)) yield `entry ${id} is of no hold`;
}

function* brokenEntries(hold: HoldRow, entries: readonly EntryRow[]): Generator<string> {
  const kinds = entries.map(({ src, dst }) => `${src}>${dst}`).sort();
  const ends = { HELD: [], CAPTURED: ['HELD>CONSUMED'], RELEASED: ['HELD>AVAILABLE'] };
  const expected = ['AVAILABLE>HELD', ...ends[hold.state]];
  if (kinds.join() !== expected.join())
    yield `hold ${hold.id} is ${hold.state}, its entries are ${kinds.join() || 'none'}`;
  for (const entry of entries) {
    if (entry.amount !== hold.amount || entry.account_id !== hold.account_id || entry.item_id !== hold.item_id)
      yield `entry ${entry.id} differs from its hold`;
  }
}
