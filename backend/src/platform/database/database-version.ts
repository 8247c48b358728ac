import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { accessOf } from './sqlite-access.js';

/** Tells whether anything has been written to the database. */
@Injectable()
export class DatabaseVersion {
  #version: number | undefined;
  /** Statements that this process had executed to write when it last asked. */
  #executed = -1;
  #isOfThisTurn = false;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** False for a server that is asked over a line, where asking takes as long as reading. */
  get isKnown(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  /**
   * Another number after each commit that has changed something: what was read between two calls that return the same is
   * still so. A commit of this process counts from when it returns; another's, as of somebody who repairs the file by
   * hand, from the next turn of the event loop. Undefined where nobody can tell, as when the database is closed.
   */
  current(): number | undefined {
    const access = accessOf(this.dataSource.driver);
    if (!access) return undefined;
    const { executed } = access.writer;
    if (this.#isOfThisTurn && this.#executed === executed) return this.#version;
    this.#version = access.reader.dataVersion();
    this.#executed = executed;
    if (!this.#isOfThisTurn) this.#endWithTurn();
    return this.#version;
  }

  #endWithTurn(): void {
    this.#isOfThisTurn = true;
    setImmediate(() => {
      this.#isOfThisTurn = false;
    });
  }
}
