import type { Database, Statement } from 'better-sqlite3';
import { QueryFailedError, QueryResult } from 'typeorm';

/** Texts of statements that are kept prepared. The product has some hundreds; what is used least makes room. */
const STATEMENTS_KEPT = 500;

const WITH_QUERY = /\bSELECT\b/i;

/** A place for a value, or a text or name in which one only seems to be. */
const PLACE_OR_QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;

/**
 * SQLite looks at the bound values when it plans a query, and therefore plans it anew whenever others are bound: for a
 * join that takes up to ten times as long as the query itself. It does not look behind an operator, and this one changes
 * nothing.
 */
const plannedOnce = (sql: string): string =>
  WITH_QUERY.test(sql) ? sql.replace(PLACE_OR_QUOTED, (token) => (token === '?' ? '+?' : token)) : sql;

/**
 * One connection to SQLite and its prepared statements. Every call is carried out before it returns: nothing can come
 * between a check that the caller makes and the statement.
 */
export class SqliteConnection {
  readonly #statements = new Map<string, Statement>();
  #version: Statement<[], number> | undefined;
  #executed = 0;

  constructor(private readonly database: Database) {}

  /** False also when SQLite has rolled back by itself, as it does on a full disk or an I/O error. */
  get isInTransaction(): boolean {
    return this.database.inTransaction;
  }

  /** How many statements have been executed, whatever came of them. */
  get executed(): number {
    return this.#executed;
  }

  /** Whether the statement answers with rows and changes nothing. */
  isRead(sql: string): boolean {
    const { reader, readonly } = this.#prepared(sql);
    return reader && readonly;
  }

  /** @throws QueryFailedError */
  execute(sql: string, parameters: readonly unknown[] = []): QueryResult {
    // SQLite knows no booleans, and integers come as numbers everywhere else.
    const values = parameters.map((value) =>
      typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value,
    );
    const result = new QueryResult();
    this.#executed += 1;
    try {
      const statement = this.#prepared(sql);
      if (statement.reader) {
        result.records = statement.all(...values);
        result.raw = result.records;
      } else {
        const { changes, lastInsertRowid } = statement.run(...values);
        result.affected = changes;
        result.raw = lastInsertRowid;
      }
    } catch (error) {
      if (error instanceof QueryFailedError) throw error;
      throw failure(sql, values, error);
    }
    return result;
  }

  /**
   * Another number after each commit of another connection, in this process or elsewhere, that has changed something.
   * Undefined when the database is closed, or can't be asked: whoever reads from it is told why.
   */
  dataVersion(): number | undefined {
    try {
      this.#version ??= this.database.prepare<[], number>('PRAGMA data_version').pluck();
      return this.#version.get();
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }

  #prepared(sql: string): Statement {
    const kept = this.#statements.get(sql);
    const statement = kept ?? this.#prepare(sql);
    // A Map keeps the order of insertion: what was used last goes to its end.
    if (kept) this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENTS_KEPT) {
      const [oldest = sql] = this.#statements.keys();
      this.#statements.delete(oldest);
    }
    return statement;
  }

  #prepare(sql: string): Statement {
    try {
      return this.database.prepare(plannedOnce(sql));
    } catch (error) {
      throw failure(sql, [], error);
    }
  }
}

function failure(sql: string, values: unknown[], error: unknown): QueryFailedError {
  return new QueryFailedError(sql, values, isError(error) ? error : new Error(String(error)));
}

/** Not `instanceof Error`: the test runner gives each file an Error class of its own. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error;
}
