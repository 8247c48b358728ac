import type { EntityManager, QueryRunner } from 'typeorm';

/** A changing statement with which a transaction is to end. */
export interface LastStatement {
  /** With `?` for its parameters. */
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Where it has to change a row: says why it changed none. The transaction is then rolled back, and this is thrown. */
  readonly refused?: () => Promise<Error>;
}

const waiting = new WeakMap<QueryRunner, LastStatement[]>();

/**
 * Leaves statements for the end of the transaction, where they are carried out in the order in which they were left. That
 * is the place for rows that many want to change: whoever has changed one makes the others wait until the commit.
 * MariaDB is sent all of them and the commit at once, so that nobody waits for a process and its network.
 */
export function atLast(tx: EntityManager, ...statements: readonly LastStatement[]): void {
  if (!tx.queryRunner) throw new TypeError('Only the manager of a transaction knows its end');
  waiting.set(tx.queryRunner, [...(waiting.get(tx.queryRunner) ?? []), ...statements]);
}

/** Carries out at once what was left for the end: for those who have to read what comes of it, or need its locks. */
export async function carryOut(tx: EntityManager): Promise<void> {
  if (!tx.queryRunner) throw new TypeError('Only the manager of a transaction knows its end');
  await carryOutAll(tx.queryRunner, { isLast: false });
}

/** Commits the transaction of this runner, which is not used for another one, with what was left for its end. */
export async function commit(runner: QueryRunner): Promise<void> {
  const isCommitted = await carryOutAll(runner, { isLast: true });
  if (!isCommitted) await runner.commitTransaction();
}

/** @returns whether the transaction is committed with it */
async function carryOutAll(runner: QueryRunner, { isLast }: { isLast: boolean }): Promise<boolean> {
  const statements = waiting.get(runner) ?? [];
  waiting.delete(runner);
  if (statements.length === 0) return false;
  if (runner.dataSource.options.type === 'mariadb') {
    await carryOutTogether(runner, statements, isLast ? ['COMMIT'] : []);
    return isLast;
  }
  for (const { sql, parameters, refused } of statements) {
    const { affected } = await runner.query(sql, [...parameters], true);
    if (refused && !affected) throw await refused();
  }
  return false;
}

/**
 * One statement made of many, which MariaDB takes without a procedure and MySQL does not. It ends at the first that is
 * refused, or fails, with nothing committed.
 */
async function carryOutTogether(
  runner: QueryRunner,
  statements: readonly LastStatement[],
  ending: readonly string[],
): Promise<void> {
  const parts = statements.flatMap(({ sql, refused }, index) =>
    refused ? [sql, `IF ROW_COUNT() < 1 THEN SELECT ${index} AS refused; LEAVE together; END IF`] : [sql],
  );
  const answer: unknown = await runner.query(
    `BEGIN NOT ATOMIC together: BEGIN ${[...parts, ...ending].map((part) => `${part}; `).join('')}END; END`,
    statements.flatMap(({ parameters }) => [...parameters]),
  );
  // Rows come only with a refusal, as the first of several results.
  if (!Array.isArray(answer)) return;
  const [[refusal]] = answer as [[{ refused: number | string }]];
  const error = await statements[Number(refusal.refused)]?.refused?.();
  throw error ?? new Error('A statement was refused that may not be');
}
