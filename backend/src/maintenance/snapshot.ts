import { createHash } from 'node:crypto';

/** A value as it is kept in an archive: integers that a number can't hold exactly are strings. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** TypeORM's own list of the migrations that have run. */
export const MIGRATION_TABLE = 'migration';

/** The port: one moment of a database, however long reading it takes and whatever is written meanwhile. */
export interface Snapshot {
  readonly engine: 'sqlite' | 'mysql';
  /** Names of the migrations that have run, in their order. */
  migrations(): Promise<string[]>;
  /** Names of the tables that hold the installation's rows. */
  tables(): Promise<string[]>;
  /** Every row in the order of the primary key; read one table to its end before the next. */
  rows(table: string): AsyncIterable<Row>;
  close(): Promise<void>;
}

/** @throws TypeError for a value that both engines would not keep in the same way */
export function toRow(raw: Readonly<Record<string, unknown>>): Row {
  // In the order of the columns' names, so that the same row gives the same line on both engines.
  return Object.fromEntries(
    Object.keys(raw)
      .sort()
      .map((column) => [column, toValue(column, raw[column])]),
  );
}

function toValue(column: string, value: unknown): Value {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  throw new TypeError(`Column ${column} holds a ${typeof value} that can't be kept in a backup`);
}

export function toLine(row: Row): string {
  return `${JSON.stringify(row)}\n`;
}

/** What a table held, in a form that can be compared: two engines with the same rows have the same digest. */
export interface TableDigest {
  readonly rows: number;
  /** Of the lines, lower-case hexadecimal. */
  readonly sha256: string;
}

export async function digestOf(rows: AsyncIterable<Row>): Promise<TableDigest> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const row of rows) {
    hash.update(toLine(row));
    count += 1;
  }
  return { rows: count, sha256: hash.digest('hex') };
}

/** Looks at the first item and leaves the others. */
export async function hasAny(items: AsyncIterable<unknown>): Promise<boolean> {
  const iterator = items[Symbol.asyncIterator]();
  const { done } = await iterator.next();
  await iterator.return?.();
  return done !== true;
}
