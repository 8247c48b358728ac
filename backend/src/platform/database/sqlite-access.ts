import BetterSqlite3, { type Database } from 'better-sqlite3';
import type { QueryRunner } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { Breather } from './breather.js';
import { Gate } from './gate.js';
import { GatedQueryRunner, type SqliteAccess } from './gated-query-runner.js';
import { type CommitLimits, SharedCommits } from './shared-commits.js';
import { SqliteConnection } from './sqlite-connection.js';

/** Longest wait for the one connection that writes before the request is refused with 503. */
const GATE_TIMEOUT_MS = 15_000;

const BUSY_TIMEOUT_MS = 5_000;

export function prepareSqlite(database: Database): void {
  // WAL alone defaults to synchronous=NORMAL, which may lose committed transactions when the power fails.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.pragma('foreign_keys = ON');
  keepTemporaryInMemory(database);
}

/** What a savepoint may have to take back lies in temporary files else: a full folder for those would stop every change. */
function keepTemporaryInMemory(database: Database): void {
  database.pragma('temp_store = MEMORY');
}

const accesses = new WeakMap<object, SqliteAccess>();

/** The ways into the file; undefined for another database, or before its first use. */
export const accessOf = (driver: object): SqliteAccess | undefined => accesses.get(driver);

/** Has each operation on SQLite use a runner of its own, all of them the same two connections. */
export function gatedRunners(driver: BetterSqlite3Driver, commitLimits: CommitLimits): () => QueryRunner {
  let access: SqliteAccess | undefined;
  return () => new GatedQueryRunner(driver, (access ??= openAccess(driver, commitLimits)));
}

function openAccess(driver: BetterSqlite3Driver, commitLimits: CommitLimits): SqliteAccess {
  const database = driver.databaseConnection as Database;
  const writer = new SqliteConnection(database);
  // In WAL mode a reader neither waits for the writer nor sees what it has not committed.
  const readOnly = new BetterSqlite3(database.name, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  keepTemporaryInMemory(readOnly);
  const reader = new SqliteConnection(readOnly);
  const disconnect = driver.disconnect.bind(driver);
  driver.disconnect = async () => {
    // The connection that writes comes last: it tidies the log up.
    reader.close();
    await disconnect();
  };
  const breather = new Breather();
  const gate = new Gate(GATE_TIMEOUT_MS, breather);
  const access = { writer, reader, gate, breather, commits: new SharedCommits(writer, gate, commitLimits) };
  accesses.set(driver, access);
  return access;
}
