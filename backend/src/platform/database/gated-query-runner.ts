import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import type { Breather } from './breather.js';
import type { Gate } from './gate.js';
import type { SharedCommits, SharedTransaction } from './shared-commits.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { OutsideTransactionError } from './transaction-scope.js';

/** The ways into one SQLite file. */
export interface SqliteAccess {
  /** The only one that writes. */
  readonly writer: SqliteConnection;
  /** Sees what is committed, at once and without waiting for writers. */
  readonly reader: SqliteConnection;
  readonly gate: Gate;
  readonly breather: Breather;
  readonly commits: SharedCommits;
}

/**
 * A query runner for the one connection that writes to SQLite. TypeORM hands the same runner to everybody, so that
 * simultaneous transactions join and roll back each other's writes; here each operation gets a runner of its own, and the
 * gate lets one transaction, or one changing statement, through at a time.
 */
export class GatedQueryRunner extends BetterSqlite3QueryRunner {
  readonly #access: SqliteAccess;
  #transaction: SharedTransaction | undefined;

  constructor(driver: BetterSqlite3Driver, access: SqliteAccess) {
    super(driver);
    this.#access = access;
  }

  override async rollbackTransaction(): Promise<void> {
    // A failed COMMIT has ended the transaction already.
    if (this.#transaction) await super.rollbackTransaction();
  }

  override async release(): Promise<void> {
    if (this.isTransactionActive) await this.rollbackTransaction();
    await super.release();
    this.isReleased = true;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the signature is TypeORM's
  override async query(sql: string, parameters: any[] = [], useStructuredResult = false): Promise<any> {
    if (this.isReleased) throw new QueryRunnerAlreadyReleasedError();
    if (sql === 'BEGIN TRANSACTION') return this.#begin();
    if (sql === 'COMMIT' || sql === 'ROLLBACK') return this.#end(sql);
    const result = this.isTransactionActive
      ? this.#executeInside(sql, parameters)
      : await this.#executeAlone(sql, parameters);
    return useStructuredResult ? result : result.raw;
  }

  async #begin(): Promise<void> {
    try {
      this.#transaction = await this.#access.commits.join();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  async #end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const transaction = this.#transaction;
    // Whatever the body still does, from here on it does it to a transaction that is over.
    this.#transaction = undefined;
    if (!transaction) throw new OutsideTransactionError();
    try {
      await (how === 'COMMIT' ? transaction.keep() : transaction.discard());
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #executeInside(sql: string, parameters: readonly unknown[]) {
    if (!this.#transaction) throw new OutsideTransactionError();
    this.#transaction.assertAlive();
    try {
      return this.#access.writer.execute(sql, parameters);
    } catch (error) {
      this.#transaction.hasFailed(error);
      throw error;
    }
  }

  async #executeAlone(sql: string, parameters: readonly unknown[]) {
    const { reader, writer, gate, breather } = this.#access;
    if (reader.isRead(sql)) {
      await breather.due();
      return reader.execute(sql, parameters);
    }
    const leave = await gate.acquire('statement');
    try {
      return writer.execute(sql, parameters);
    } finally {
      leave();
    }
  }

  #forget(): void {
    this.isTransactionActive = false;
    this.transactionDepth = 0;
  }
}
