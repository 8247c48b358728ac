import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { MaintenanceError } from './maintenance-error.js';
import { MIGRATION_TABLE, type Row, type Snapshot, toRow } from './snapshot.js';

/** Reads past a running server: in WAL mode readers and the writer do not wait for each other. */
export class SqliteSnapshot implements Snapshot {
  readonly engine = 'sqlite';
  readonly #database: BetterSqlite3.Database;

  private constructor(database: BetterSqlite3.Database) {
    this.#database = database;
  }

  static open(file: string): SqliteSnapshot {
    if (!existsSync(file)) throw new MaintenanceError(`There is no database ${file}, so there is nothing to back up.`);
    const database = new BetterSqlite3(file, { readonly: true, fileMustExist: true, timeout: 15_000 });
    try {
      database.defaultSafeIntegers(true);
      database.exec('BEGIN');
      // The snapshot is taken by the first read, not by BEGIN.
      database.prepare('SELECT COUNT(*) FROM sqlite_master').get();
      return new SqliteSnapshot(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  async migrations(): Promise<string[]> {
    const isThere = this.#database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(MIGRATION_TABLE);
    if (isThere === undefined) return [];
    return this.#names(`SELECT name FROM "${MIGRATION_TABLE}" ORDER BY timestamp`);
  }

  async tables(): Promise<string[]> {
    const names = this.#names(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    );
    return names.filter((name) => name !== MIGRATION_TABLE);
  }

  async *rows(table: string): AsyncGenerator<Row> {
    const key = this.#names(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`);
    const order = key.map((column) => `"${column}"`).join(', ');
    const statement = this.#database.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}" ORDER BY ${order}`);
    for (const row of statement.iterate()) yield toRow(row);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #names(sql: string): string[] {
    return this.#database
      .prepare<[], { name: string }>(sql)
      .all()
      .map(({ name }) => name);
  }
}
