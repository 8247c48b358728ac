import type { Records } from './records.js';

/** INV-6, 22 and 24: whole generations, bounded attempts, and nothing open once everything has come to rest. */
export function* brokenItems({ generations, items, attempts }: Records, isQuiescent: boolean): Generator<string> {
  const itemsOf = Map.groupBy(items, ({ generation_id }) => generation_id);
  const known = new Set(generations.map(({ id }) => id));
  for (const { id, generation_id } of items) if (!known.has(generation_id)) yield `item ${id} is of no generation`;
  for (const { id, count, user_id } of generations) {
    const indexes = (itemsOf.get(id) ?? []).map(({ idx }) => idx).sort((a, b) => a - b);
    if (indexes.join() !== Array.from({ length: count }, (_, index) => index).join())
      yield `generation ${id} wants ${count} images and has items ${indexes.join() || 'none'}`;
    for (const item of itemsOf.get(id) ?? [])
      if (item.user_id !== user_id) yield `item ${item.id} is somebody else's than its generation`;
  }
  for (const { id, state, attempts: made, max_attempts, fence, completed_at } of items) {
    const isOpen = state === 'QUEUED' || state === 'RUNNING';
    if (made < 0 || made > max_attempts) yield `item ${id} was attempted ${made} times of ${max_attempts}`;
    if (made > fence) yield `item ${id} was attempted ${made} times and claimed ${fence} times`;
    if (isOpen !== (completed_at === null)) yield `item ${id} is ${state} and its end is ${completed_at}`;
    if (isOpen && isQuiescent) yield `item ${id} is still ${state}`;
  }
  if (attempts) yield* brokenAttempts(items, attempts);
}

/** Every call of a provider belongs to a claim of its item, and whoever delivered was called. */
function* brokenAttempts(items: Records['items'], attempts: NonNullable<Records['attempts']>): Generator<string> {
  const attemptsOf = Map.groupBy(attempts, ({ item_id }) => item_id);
  const known = new Set(items.map(({ id }) => id));
  for (const { item_id } of attempts)
    if (!known.has(item_id)) yield `a provider was called for item ${item_id}, unknown`;
  for (const { id, state, fence, max_attempts } of items) {
    const calls = attemptsOf.get(id) ?? [];
    if (calls.length > max_attempts) yield `for item ${id} providers were called ${calls.length} times`;
    for (const call of calls)
      if (call.fence < 1 || call.fence > fence) yield `item ${id} has a call of claim ${call.fence}, of ${fence}`;
    if (state === 'SUCCEEDED' && !calls.some((call) => call.state === 'SUCCEEDED' && call.fence === fence))
      yield `item ${id} has an image, and no call of a provider in its last claim that delivered one`;
  }
}

/** INV-10: a key names one result that is there, and no result has two keys. */
export function* brokenKeys({ keys, generations, entries }: Records): Generator<string> {
  const results = new Set([...generations, ...entries].map(({ id }) => id));
  const named = new Set<string>();
  for (const { hash, result_id } of keys) {
    if (!results.has(result_id)) yield `idempotency key ${hash} names ${result_id}, which is not there`;
    if (named.has(result_id)) yield `${result_id} has two idempotency keys`;
    named.add(result_id);
  }
}

const TERMINAL = /^generation\.(succeeded|partially_succeeded|failed|canceled)$/;

/** The event log tells of every generation, of its end exactly once and last, and of that end truly. */
export function* brokenEvents({ events, generations, items }: Records): Generator<string> {
  if (!events) return;
  const itemsOf = Map.groupBy(items, ({ generation_id }) => generation_id);
  const eventsOf = Map.groupBy(events, ({ generation_id }) => generation_id);
  const known = new Set(generations.map(({ id }) => id));
  for (const { id, generation_id } of events) if (!known.has(generation_id)) yield `event ${id} is of no generation`;
  for (const { id, user_id } of generations) {
    const told = (eventsOf.get(id) ?? []).toSorted((a, b) => a.id - b.id);
    const states = (itemsOf.get(id) ?? []).map(({ state }) => state);
    const isOpen = states.some((state) => state === 'QUEUED' || state === 'RUNNING');
    const ends = told.filter(({ type }) => TERMINAL.test(type));
    if (told[0]?.type !== 'generation.queued') yield `generation ${id} begins with event ${told[0]?.type ?? 'none'}`;
    if (told.some((event) => event.user_id !== user_id)) yield `generation ${id} is told to somebody else`;
    if (ends.length !== (isOpen ? 0 : 1))
      yield `generation ${id} is ${isOpen ? 'open' : 'over'} and has ${ends.length} ends`;
    else if (!isOpen && told.at(-1) !== ends[0]) yield `generation ${id} goes on after its end`;
    else if (!isOpen && ends[0]?.type !== `generation.${outcomeOf(states)}`)
      yield `generation ${id} ended as ${outcomeOf(states)} and is told as ${ends[0]?.type}`;
  }
}

function outcomeOf(states: readonly string[]): string {
  const has = (state: string): boolean => states.includes(state);
  if (has('SUCCEEDED')) return states.every((state) => state === 'SUCCEEDED') ? 'succeeded' : 'partially_succeeded';
  return has('FAILED') ? 'failed' : 'canceled';
}
