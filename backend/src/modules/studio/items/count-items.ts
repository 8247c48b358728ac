import type { EntityManager } from 'typeorm';

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
