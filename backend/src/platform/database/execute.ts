import type { EntityManager } from 'typeorm';

/**
 * Carries out one changing statement of a transaction, with `?` for its parameters.
 * @returns how many rows it changed; counted the same on every engine, unlike the answers of `tx.query`
 */
export async function execute(tx: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number> {
  if (!tx.queryRunner) throw new TypeError('A changing statement needs the manager of a transaction');
  const { affected } = await tx.queryRunner.query(sql, [...parameters], true);
  return affected ?? 0;
}
