import type { Database } from 'better-sqlite3';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import type { Gate } from './gate.js';

/**
 * A query runner for the one connection that SQLite has. TypeORM hands the same runner to everybody, so that
 * simultaneous transactions join and roll back each other's writes; here each operation gets a runner of its own,
 * and the gate lets one transaction, or one statement, through at a time.
 */
export class GatedQueryRunner extends BetterSqlite3QueryRunner {
  readonly #gate: Gate;
  #leave: (() => void) | undefined;

  constructor(driver: BetterSqlite3Driver, gate: Gate) {
    super(driver);
    this.#gate = gate;
  }

  override async startTransaction(): Promise<void> {
    if (this.#leave) return super.startTransaction();
    this.#leave = await this.#gate.acquire();
    try {
      await super.startTransaction();
    } catch (error) {
      this.isTransactionActive = false;
      this.#open();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    if (!this.isTransactionActive) this.#open();
  }

  override async rollbackTransaction(): Promise<void> {
    try {
      // SQLite rolls back by itself on some errors (disk full, I/O); a second ROLLBACK would be refused.
      if ((this.driver.databaseConnection as Database).inTransaction) await super.rollbackTransaction();
      else this.isTransactionActive = false;
    } finally {
      if (!this.isTransactionActive) this.#open();
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the signature is TypeORM's
  override async query(sql: string, parameters: any[] = [], useStructuredResult = false): Promise<any> {
    // A deferred transaction that turns into a writer fails at once when another has written, whatever the timeout.
    const statement = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
    if (this.#leave) return super.query(statement, parameters, useStructuredResult);
    const leave = await this.#gate.acquire();
    try {
      return await super.query(statement, parameters, useStructuredResult);
    } finally {
      leave();
    }
  }

  override async release(): Promise<void> {
    if (this.isTransactionActive) await this.rollbackTransaction();
    await super.release();
    this.#open();
  }

  #open(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}
