import type { EntityManager } from 'typeorm';
import { atLast } from '../../../platform/database/index.js';

/** Items that a condition holds for. Written out, since this is asked several times for every image. */
export async function countItems(
  manager: EntityManager,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const sql = `SELECT COUNT(*) AS items FROM generation_item WHERE ${condition}`;
  const [row] = await manager.query<{ items: number | string }[]>(sql, [...values]);
  return Number(row?.items);
}

export interface ItemLimit {
  /** An item that the transaction has written, and so holds already. */
  readonly itemId: string;
  /** Which items are counted, that one among them. */
  readonly condition: string;
  readonly values: readonly unknown[];
  readonly most: number;
  /** Why the transaction is rolled back where there are more. */
  readonly exceeded: () => Promise<Error>;
}

/**
 * Has the transaction end only where no more items than these fit a condition. They are counted at its end, behind what
 * was left for it before: when that has locked the user's account, each of the user's transactions counts what those
 * before it have committed, and itself.
 */
export function limitItems(tx: EntityManager, { itemId, condition, values, most, exceeded }: ItemLimit): void {
  // A subquery of its own, as MySQL reads no table that the statement changes. Nothing is changed, only found or not.
  const items = `SELECT items FROM (SELECT COUNT(*) AS items FROM generation_item WHERE ${condition}) AS counted`;
  atLast(tx, {
    sql: `UPDATE generation_item SET fence = fence WHERE id = ? AND (${items}) <= ?`,
    parameters: [itemId, ...values, most],
    refused: exceeded,
  });
}
