import type { EntityManager, QueryRunner } from 'typeorm';

const waiting = new WeakMap<QueryRunner, (() => void)[]>();

/**
 * Has something done when the transaction is committed, and never when it is not: telling others of what it changed.
 * @param task must not fail; what it tells of has happened in any case
 */
export function afterCommit(tx: EntityManager, task: () => void): void {
  if (!tx.queryRunner) throw new TypeError('Only the manager of a transaction is told of a commit');
  const tasks = waiting.get(tx.queryRunner);
  if (tasks) tasks.push(task);
  else waiting.set(tx.queryRunner, [task]);
}

/** For whoever has committed the transaction of this runner, which is not used for another one. */
export function tellOfCommit(runner: QueryRunner): void {
  for (const task of waiting.get(runner) ?? []) task();
}
