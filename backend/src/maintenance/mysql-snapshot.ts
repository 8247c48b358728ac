import type { Connection, RowDataPacket } from 'mysql2';
import { MIGRATION_TABLE, type Row, type Snapshot, toRow } from './snapshot.js';

const BEGIN = [
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  // Rows wait in the server while the disk is slow.
  "SET SESSION net_write_timeout = 600, time_zone = '+00:00'",
  'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
];

/** One transaction of one connection, in which InnoDB shows every table as it was when it began. */
export class MysqlSnapshot implements Snapshot {
  readonly engine = 'mysql';
  readonly #connection: Connection;
  #isReading = false;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(url: string): Promise<MysqlSnapshot> {
    // Loaded where it is needed: most installations run on SQLite.
    const { createConnection } = await import('mysql2');
    const connection = createConnection({
      uri: url,
      charset: 'utf8mb4_bin',
      supportBigNumbers: true,
      bigNumberStrings: false,
      connectTimeout: 10_000,
    });
    const snapshot = new MysqlSnapshot(connection);
    try {
      for (const statement of BEGIN) await connection.promise().query(statement);
      return snapshot;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async migrations(): Promise<string[]> {
    const isThere = (await this.#allTables()).includes(MIGRATION_TABLE);
    return isThere ? this.#names(`SELECT name FROM \`${MIGRATION_TABLE}\` ORDER BY timestamp`) : [];
  }

  async tables(): Promise<string[]> {
    return (await this.#allTables()).filter((name) => name !== MIGRATION_TABLE).sort();
  }

  async *rows(table: string): AsyncGenerator<Row> {
    const key = await this.#names(
      `SELECT column_name AS name FROM information_schema.key_column_usage
       WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position`,
      [table],
    );
    const order = key.map((column) => `\`${column}\``).join(', ');
    const stream = this.#connection
      .query(`SELECT * FROM \`${table}\` ORDER BY ${order}`)
      .stream({ highWaterMark: 100 });
    this.#isReading = true;
    for await (const row of stream as AsyncIterable<Record<string, unknown>>) yield toRow(row);
    this.#isReading = false;
  }

  async close(): Promise<void> {
    // A table that was left half-read would keep the polite way of leaving waiting for ever.
    if (this.#isReading) this.#connection.destroy();
    else await this.#connection.promise().end();
  }

  #allTables(): Promise<string[]> {
    return this.#names(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
    );
  }

  async #names(sql: string, parameters: string[] = []): Promise<string[]> {
    const [rows] = await this.#connection.promise().query<RowDataPacket[]>(sql, parameters);
    return rows.map((row) => String(row['name']));
  }
}
