import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import type { Database } from 'better-sqlite3';
import type { Pool } from 'mysql2';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import type { Configuration } from '../config/index.js';
import { Gate } from './gate.js';
import { GatedQueryRunner } from './gated-query-runner.js';
import { MIGRATIONS } from './migrations/index.js';
import { SnakeNamingStrategy } from './naming.js';
import { assertOutsideTransaction } from './transaction-scope.js';

/** Longest wait for the one SQLite connection before the request is refused with 503. */
const GATE_TIMEOUT_MS = 15_000;

/** Connections to MySQL or MariaDB that one process may open, and requests that may wait for one. */
const POOL_SIZE = 16;
const POOL_QUEUE_LIMIT = 1_000;

/** Settles per connection what must not depend on the server's own configuration. */
const MYSQL_SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION innodb_lock_wait_timeout = 5, time_zone = '+00:00'",
];

/** How to reach the database of this installation: MySQL or MariaDB where a URL is given, else SQLite. */
export function dataSourceOptions({
  databaseUrl,
  sqliteFile,
}: Pick<Configuration, 'databaseUrl' | 'sqliteFile'>): DataSourceOptions {
  const common = {
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migration',
    namingStrategy: new SnakeNamingStrategy(),
    synchronize: false,
    logging: false,
  };
  if (databaseUrl === undefined) {
    return { ...common, type: 'better-sqlite3', database: sqliteFile, prepareDatabase: prepareSqlite };
  }
  return {
    ...common,
    type: 'mysql',
    url: databaseUrl,
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    bigNumberStrings: true,
    poolSize: POOL_SIZE,
    connectTimeout: 10_000,
    extra: { queueLimit: POOL_QUEUE_LIMIT, enableKeepAlive: true },
  };
}

/** Connects, with every operation of SQLite gated and stray statements inside a transaction refused. */
export async function connect(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options);
  const { driver } = dataSource;
  if (driver instanceof BetterSqlite3Driver) numberInIntegers(driver);
  const create = driver instanceof BetterSqlite3Driver ? gatedRunners(driver) : driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    assertOutsideTransaction();
    return create(mode);
  };
  await dataSource.initialize();
  if (driver instanceof MysqlDriver) {
    const pool = driver.pool as Pool;
    pool.on('connection', (connection) => {
      for (const statement of MYSQL_SESSION) connection.query(statement);
    });
    // The pool has made its first connection already.
    for (const statement of MYSQL_SESSION) await dataSource.query(statement);
  }
  return dataSource;
}

function prepareSqlite(database: Database): void {
  // WAL alone defaults to synchronous=NORMAL, which may lose committed transactions when the power fails.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('busy_timeout = 5000');
  database.pragma('foreign_keys = ON');
}

/** SQLite numbers rows in a column of type `integer` and no other, which is as wide there as a `bigint` elsewhere. */
function numberInIntegers(driver: BetterSqlite3Driver): void {
  const normalizeType = driver.normalizeType.bind(driver);
  driver.normalizeType = (column) =>
    'isGenerated' in column && column.isGenerated === true ? 'integer' : normalizeType(column);
}

function gatedRunners(driver: BetterSqlite3Driver): () => QueryRunner {
  const gate = new Gate(GATE_TIMEOUT_MS);
  return () => new GatedQueryRunner(driver, gate);
}
