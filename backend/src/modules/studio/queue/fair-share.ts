import type { EntityManager } from 'typeorm';
import { countItems, limitItems } from '../items/count-items.js';
import { MAX_AT_WORK_PER_USER, MAX_UNFINISHED } from './queue-limits.js';

/**
 * The items that may be claimed now, in the order of their turns, but for those of so many providers. An item's turn is its place among its user's waiting
 * items, the oldest first, behind those that are at work already. So everybody's first comes before anybody's second;
 * within a turn, whoever was served longest ago comes first. A turn beyond the cap is not to be claimed at all.
 * Lost leases wait like queued items and are not at work.
 */
const turnsExcept = (providers: number): string => `
  SELECT waiting.id AS id, waiting.generation_id AS generationId, waiting.provider AS provider
  FROM (
    SELECT due.id, due.generation_id, due.user_id, due.run_at, due.provider,
      ROW_NUMBER() OVER (PARTITION BY due.user_id ORDER BY due.run_at, due.id) AS place
    FROM (
      SELECT id, generation_id, user_id, run_at, provider FROM generation_item WHERE state = 'QUEUED' AND run_at <= ?
      UNION ALL
      SELECT id, generation_id, user_id, run_at, provider FROM generation_item
      WHERE state = 'RUNNING' AND lease_until < ? AND attempts < max_attempts
    ) due
    ${providers === 0 ? '' : `WHERE due.provider NOT IN (${Array.from({ length: providers }, () => '?').join()})`}
  ) waiting
  LEFT JOIN (
    SELECT user_id, COUNT(*) AS items FROM generation_item WHERE state = 'RUNNING' AND lease_until >= ? GROUP BY user_id
  ) busy ON busy.user_id = waiting.user_id
  WHERE waiting.place + COALESCE(busy.items, 0) <= ?
  ORDER BY
    waiting.place + COALESCE(busy.items, 0),
    (
      SELECT served.started_at FROM generation_item served
      WHERE served.user_id = waiting.user_id ORDER BY served.started_at DESC LIMIT 1
    ),
    waiting.run_at,
    waiting.id
  LIMIT ?`;

/** The turns of all providers' items. */
export const TURNS = turnsExcept(0);

export interface ItemInTurn {
  readonly id: string;
  readonly provider: string;
}

/**
 * Items that may be claimed now, interleaved by user.
 * @param passedOver providers that are not called now; their items take nobody's turn
 */
export async function itemsInTurn(
  manager: EntityManager,
  now: number,
  limit: number,
  passedOver: readonly string[] = [],
): Promise<ItemInTurn[]> {
  const values = [now, now, ...passedOver, now, MAX_AT_WORK_PER_USER, limit];
  const rows = await manager.query<ItemInTurn[]>(turnsExcept(passedOver.length), values);
  return rows.map(({ id, provider }) => ({ id, provider }));
}

/** A moment that every item is due at, also those that wait for another attempt. */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

/** The generation of each item that waits, in the order of their turns, whether or not it may be claimed yet. */
export async function waitingInTurn(manager: EntityManager, now: number): Promise<string[]> {
  const rows = await manager.query<{ generationId: string }[]>(TURNS, [
    ANY_TIME,
    now,
    now,
    MAX_UNFINISHED,
    MAX_UNFINISHED,
  ]);
  return rows.map(({ generationId }) => generationId);
}

/** Items that some process is at work on. */
export async function countAllAtWork(manager: EntityManager, now: number): Promise<number> {
  return countItems(manager, `state = 'RUNNING' AND lease_until >= ?`, [now]);
}

const AT_WORK_OF_USER = `state = 'RUNNING' AND user_id = ? AND lease_until >= ?`;

/** Items of a user that some process is at work on. */
export async function countAtWork(manager: EntityManager, userId: number, now: number): Promise<number> {
  return countItems(manager, AT_WORK_OF_USER, [userId, now]);
}

/** Has a claim of this item fail, at the end of its transaction, where its user has more items at work than may be. */
export function limitAtWork(
  tx: EntityManager,
  { itemId, userId, now, exceeded }: { itemId: string; userId: number; now: number; exceeded: () => Error },
): void {
  limitItems(tx, {
    itemId,
    condition: AT_WORK_OF_USER,
    values: [userId, now],
    most: MAX_AT_WORK_PER_USER,
    exceeded: async () => exceeded(),
  });
}

/** Items of a provider that some process is at work on. */
export async function countAtWorkFor(manager: EntityManager, provider: string, now: number): Promise<number> {
  return countItems(manager, `state = 'RUNNING' AND provider = ? AND lease_until >= ?`, [provider, now]);
}

/** Items that some process is at work on, by provider. */
export async function countAtWorkByProvider(manager: EntityManager, now: number): Promise<Map<string, number>> {
  const rows = await manager.query<{ provider: string; items: number | string }[]>(
    `SELECT provider, COUNT(*) AS items FROM generation_item
     WHERE state = 'RUNNING' AND lease_until >= ? GROUP BY provider`,
    [now],
  );
  return new Map(rows.map(({ provider, items }) => [provider, Number(items)]));
}
