import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';

/** Where an installation keeps its data. */
export interface Installation {
  readonly dataDir: string;
  /** Null on SQLite. */
  readonly databaseUrl: string | null;
}

export interface AccountRow {
  id: string;
  owner_id: string;
  granted: number;
  available: number;
  held: number;
  consumed: number;
  seq: number;
  status: string;
}

export interface HoldRow {
  id: string;
  item_id: string;
  generation_id: string;
  account_id: string;
  amount: number;
  state: 'HELD' | 'CAPTURED' | 'RELEASED';
  image_id: string | null;
  resolved_at: number | null;
}

export interface EntryRow {
  id: string;
  account_id: string;
  seq: number;
  src: string;
  dst: string;
  amount: number;
  hold_id: string | null;
  item_id: string | null;
  image_id: string | null;
  actor_id: string;
  reason: string | null;
  available_after: number;
  held_after: number;
}

export interface GenerationRow {
  id: string;
  user_id: number;
  count: number;
  price_each: number;
}

export interface ItemRow {
  id: string;
  generation_id: string;
  user_id: number;
  idx: number;
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED';
  fence: number;
  attempts: number;
  max_attempts: number;
  completed_at: number | null;
}

export interface ImageRow {
  id: string;
  item_id: string;
  generation_id: string;
  user_id: number;
  storage_key: string;
  sha256: string;
  bytes: number;
  mime: string;
  width: number;
  height: number;
  credits_spent: number;
  deleted_at: number | null;
}

export interface EventRow {
  id: number;
  user_id: number;
  generation_id: string;
  item_id: string | null;
  type: string;
}

export interface AttemptRow {
  item_id: string;
  fence: number;
  state: string;
}

/** Everything that the invariants speak of, as it was in one moment. */
export interface Records {
  readonly users: { id: number }[];
  readonly accounts: AccountRow[];
  readonly holds: HoldRow[];
  readonly entries: EntryRow[];
  readonly generations: GenerationRow[];
  readonly items: ItemRow[];
  readonly images: ImageRow[];
  readonly imageCounts: { user_id: number; images: number }[];
  readonly keys: { hash: string; result_id: string }[];
  /** Null where the installation has no such table. */
  readonly events: EventRow[] | null;
  readonly attempts: AttemptRow[] | null;
}

/** The database past the product, for those who look and for those who tamper. */
export interface RawDatabase {
  rows(sql: string): Promise<unknown[]>;
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

export async function openRaw({ dataDir, databaseUrl }: Installation): Promise<RawDatabase> {
  if (databaseUrl === null) {
    const database = new BetterSqlite3(join(dataDir, 'atelier.sqlite'), { timeout: 10_000 });
    return {
      rows: async (sql) => database.prepare(sql).all(),
      run: async (sql) => {
        database.exec(sql);
      },
      close: async () => {
        database.close();
      },
    };
  }
  const connection = await createConnection(databaseUrl);
  return {
    rows: async (sql) => {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? rows : [];
    },
    run: async (sql) => {
      await connection.query(sql);
    },
    close: () => connection.end(),
  };
}

/** Reads everything in one transaction, so that it can be done while the product is at work. */
export async function readRecords(installation: Installation): Promise<Records> {
  const database = await openRaw(installation);
  try {
    await database.run(
      installation.databaseUrl === null ? 'BEGIN' : 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
    );
    const read = async <Row>(table: string): Promise<Row[]> =>
      // What the columns hold is what this audit is about; the driver's rows are taken as they are.
      (await database.rows(`SELECT * FROM ${table}`)) as Row[];
    const tables = await tableNames(database, installation.databaseUrl === null);
    const readOptional = async <Row>(table: string): Promise<Row[] | null> =>
      tables.has(table) ? read<Row>(table) : null;
    const records: Records = {
      users: await read(installation.databaseUrl === null ? '"user"' : '`user`'),
      accounts: await read('credit_account'),
      holds: await read('credit_hold'),
      entries: await read('ledger_entry'),
      generations: await read('generation'),
      items: await read('generation_item'),
      images: await read('image'),
      imageCounts: await read('image_count'),
      keys: await read('idempotency_key'),
      events: await readOptional('generation_event'),
      attempts: await readOptional('provider_attempt'),
    };
    await database.run('COMMIT');
    return records;
  } finally {
    await database.close();
  }
}

async function tableNames(database: RawDatabase, isSqlite: boolean): Promise<Set<string>> {
  const rows = await database.rows(
    isSqlite
      ? `SELECT name FROM sqlite_master WHERE type = 'table'`
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  return new Set((rows as { name: string }[]).map(({ name }) => name));
}
