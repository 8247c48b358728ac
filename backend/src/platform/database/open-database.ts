import type { DataSource, DataSourceOptions } from 'typeorm';
import { ConfigurationError } from '../config/index.js';
import { connect } from './data-source.js';

const MIGRATION_LOCK = 'atelier_migrations';
const MIGRATION_LOCK_TIMEOUT_S = 120;

/**
 * Connects and brings the schema up to date. Processes that start together take turns.
 * @throws ConfigurationError when the server can't be reached or can't store every character
 */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await connectTo(options).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`The database can't be opened: ${withoutSecrets(reason)}`);
  });
  try {
    if (dataSource.options.type === 'better-sqlite3') await dataSource.runMigrations({ transaction: 'each' });
    else await migrateMysql(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}

/** MariaDB speaks MySQL's protocol, but TypeORM has to know it: the two describe a column's default differently. */
async function connectTo(options: DataSourceOptions): Promise<DataSource> {
  if (options.type !== 'mysql' || options.url === undefined) return connect(options);
  // Loaded where it is needed: most installations run on SQLite.
  const { createConnection } = await import('mysql2/promise');
  const probe = await createConnection(options.url);
  const [rows] = await probe.query('SELECT VERSION() AS version').finally(() => probe.end());
  const isMariadb = JSON.stringify(rows).includes('MariaDB');
  return connect(isMariadb ? { ...options, type: 'mariadb' } : options);
}

async function migrateMysql(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    const [charset] = (await runner.query('SELECT @@character_set_connection AS name')) as { name: string }[];
    if (charset?.name !== 'utf8mb4') {
      throw new ConfigurationError(
        `The database connection uses ${charset?.name ?? 'an unknown character set'}; utf8mb4 is needed.`,
      );
    }
    const [lock] = (await runner.query('SELECT GET_LOCK(?, ?) AS isHeld', [
      MIGRATION_LOCK,
      MIGRATION_LOCK_TIMEOUT_S,
    ])) as {
      isHeld: unknown;
    }[];
    if (Number(lock?.isHeld) !== 1)
      throw new ConfigurationError('Another process has been migrating the database for too long.');
    // MySQL commits every DDL statement by itself, so a transaction around a migration would promise what it can't keep.
    await dataSource.runMigrations({ transaction: 'none' });
    await runner.query('SELECT RELEASE_LOCK(?)', [MIGRATION_LOCK]);
  } finally {
    await runner.release();
  }
}

/** Drivers may quote the URL that they were given. */
function withoutSecrets(message: string): string {
  return message.replace(/\/\/[^@\s/]*@/g, '//');
}
