import type { Configuration } from '../platform/config/index.js';
import { MysqlSnapshot } from './mysql-snapshot.js';
import type { Snapshot } from './snapshot.js';
import { SqliteSnapshot } from './sqlite-snapshot.js';

/** Holds the database of this installation still for one reader; no lock of the running server is taken. */
export async function openSnapshot({
  databaseUrl,
  sqliteFile,
}: Pick<Configuration, 'databaseUrl' | 'sqliteFile'>): Promise<Snapshot> {
  return databaseUrl === undefined ? SqliteSnapshot.open(sqliteFile) : MysqlSnapshot.open(databaseUrl);
}
