import type { Pool } from 'mysql2';
import { DataSource, type DataSourceOptions, type ObjectLiteral, type QueryRunner } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import type { Configuration } from '../config/index.js';
import { MIGRATIONS } from './migrations/index.js';
import { SnakeNamingStrategy } from './naming.js';
import type { CommitLimits } from './shared-commits.js';
import { gatedRunners, prepareSqlite } from './sqlite-access.js';
import { SilentServer } from './silent-server.js';
import { assertNotLate, assertOutsideTransaction } from './transaction-scope.js';

/**
 * Few enough that the last one's work and the one COMMIT stay a short pause for the event loop, and more than ever wait
 * at a time on a machine that keeps up.
 */
const COMMIT_LIMITS: CommitLimits = { transactions: 64, ms: 10 };

/** Requests that may wait for a connection to MySQL or MariaDB. */
const POOL_QUEUE_LIMIT = 1_000;

/** Somebody may have waited for a server that has fallen silent before, and then waits for a new connection to it. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Settles per connection what must not depend on the server's own configuration. */
const MYSQL_SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION innodb_lock_wait_timeout = 5, time_zone = '+00:00'",
];

/** How to reach the database of this installation: MySQL or MariaDB where a URL is given, else SQLite. */
export function dataSourceOptions({
  databaseUrl,
  databasePoolSize,
  sqliteFile,
}: Pick<Configuration, 'databaseUrl' | 'databasePoolSize' | 'sqliteFile'>): DataSourceOptions {
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
    poolSize: databasePoolSize,
    connectTimeout: CONNECT_TIMEOUT_MS,
    extra: { queueLimit: POOL_QUEUE_LIMIT, enableKeepAlive: true },
  };
}

/** Connects, with every change of SQLite gated, and statements that stray from their transaction refused. */
export async function connect(options: DataSourceOptions, commitLimits = COMMIT_LIMITS): Promise<DataSource> {
  const dataSource = new DataSource(options);
  const { driver } = dataSource;
  if (driver instanceof BetterSqlite3Driver) {
    numberInIntegers(driver);
    bindNumbers(driver);
  }
  const create =
    driver instanceof BetterSqlite3Driver ? gatedRunners(driver, commitLimits) : driver.createQueryRunner.bind(driver);
  let server: SilentServer | undefined;
  driver.createQueryRunner = (mode) => {
    assertOutsideTransaction();
    const runner = create(mode);
    return refusingLateStatements(server?.watch(runner) ?? runner);
  };
  await dataSource.initialize();
  if (driver instanceof MysqlDriver) {
    const pool = driver.pool as Pool;
    server = watched(driver, pool, options);
    pool.on('connection', (connection) => {
      for (const statement of MYSQL_SESSION) connection.query(statement);
    });
    // The pool has made its first connection already.
    for (const statement of MYSQL_SESSION) await dataSource.query(statement);
  }
  return dataSource;
}

function watched(driver: MysqlDriver, pool: Pool, options: DataSourceOptions): SilentServer | undefined {
  if (!('url' in options) || options.url === undefined) return undefined;
  const server = new SilentServer(pool, options.url);
  const disconnect = driver.disconnect.bind(driver);
  driver.disconnect = async () => {
    server.stop();
    await disconnect();
  };
  return server;
}

/** SQLite numbers rows in a column of type `integer` and no other, which is as wide there as a `bigint` elsewhere. */
function numberInIntegers(driver: BetterSqlite3Driver): void {
  const normalizeType = driver.normalizeType.bind(driver);
  driver.normalizeType = (column) =>
    'isGenerated' in column && column.isGenerated === true ? 'integer' : normalizeType(column);
}

/**
 * TypeORM writes numbers into the text of its statements for SQLite, so that hardly one is like another and each has to be
 * prepared anew. Other integers it leaves to be bound, and {@link SqliteConnection} makes numbers of them again.
 */
function bindNumbers(driver: BetterSqlite3Driver): void {
  const escape = driver.escapeQueryWithParameters.bind(driver);
  driver.escapeQueryWithParameters = (sql, parameters) => escape(sql, mapValues(parameters, toBigInt));
}

const toBigInt = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;

const mapValues = (values: ObjectLiteral, change: (value: unknown) => unknown): ObjectLiteral =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));

/** A body that goes on after its transaction was given up would write past it, each statement for itself. */
function refusingLateStatements(runner: QueryRunner): QueryRunner {
  const query: (...statement: Parameters<QueryRunner['query']>) => Promise<unknown> = runner.query.bind(runner);
  return Object.assign(runner, {
    query: async (...statement: Parameters<QueryRunner['query']>) => {
      assertNotLate(runner);
      return query(...statement);
    },
  });
}
