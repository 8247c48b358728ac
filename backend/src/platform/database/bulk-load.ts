import type { DataSource } from 'typeorm';

export type BulkRow = Readonly<Record<string, string | number | null>>;

/** Writes one row; they reach the database in batches. */
export type AddRow = (table: string, row: BulkRow) => Promise<void>;

/** SQLite takes 32,766 parameters, MySQL packets of 16 MiB or more by default; a batch stays far below both. */
const BATCH_ROWS = 100;
const BATCH_CHARACTERS = 1_000_000;

/**
 * Fills a database that nobody works with yet, in one transaction of any length: all rows are there afterwards, or none.
 * @param body hands over rows of one table after the other, all rows of a table with the same columns
 */
export async function bulkLoad(dataSource: DataSource, body: (add: AddRow) => Promise<void>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  let batch: { table: string; rows: BulkRow[]; characters: number } = { table: '', rows: [], characters: 0 };
  const flush = async (): Promise<void> => {
    const { table, rows } = batch;
    batch = { table: '', rows: [], characters: 0 };
    const [first] = rows;
    if (first === undefined) return;
    const columns = Object.keys(first);
    const names = columns.map((column) => dataSource.driver.escape(column)).join(', ');
    const marks = `(${columns.map(() => '?').join(', ')})`;
    const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null));
    const sql = `INSERT INTO ${dataSource.driver.escape(table)} (${names}) VALUES ${rows.map(() => marks).join(', ')}`;
    await runner.query(sql, values);
  };
  try {
    await runner.startTransaction();
    try {
      await body(async (table, row) => {
        if (table !== batch.table) await flush();
        batch.table = table;
        batch.rows.push(row);
        batch.characters += JSON.stringify(row).length;
        if (batch.rows.length === BATCH_ROWS || batch.characters > BATCH_CHARACTERS) await flush();
      });
      await flush();
      await runner.commitTransaction();
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    }
  } finally {
    await runner.release();
  }
}
