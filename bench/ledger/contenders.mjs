import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { createPool } from 'mysql2/promise';
import { naiveCapture, naiveHold } from './naive.mjs';
import { recordStatements } from './recorded-statements.mjs';

const DIST = new URL('../../backend/dist/', import.meta.url);
const [
  { connect, dataSourceOptions, openDatabase, Transactions },
  { CreditLedger, SYSTEM_ACTOR },
  { CreditNews },
  { LedgerAudit },
  { Outbox },
  { Clock },
] = await Promise.all(
  [
    'platform/database/index.js',
    'modules/credits/credit-ledger.js',
    'modules/credits/credit-news.js',
    'modules/credits/ledger-audit.js',
    'platform/outbox/index.js',
    'platform/time/index.js',
  ].map((file) => import(new URL(file, DIST))),
);
const ENTITIES = await Promise.all(
  [
    ['credit-account', 'CreditAccount'],
    ['credit-hold', 'CreditHold'],
    ['ledger-entry', 'LedgerEntry'],
  ].map(async ([file, name]) => (await import(new URL(`modules/credits/${file}.entity.js`, DIST)))[name]),
);

const AMOUNT = 3;
const CREDITS = 1_000_000_000;
/** As many connections as the product's own pool has. */
const POOL_SIZE = 16;

const clock = new Clock();
/** Of accounts that nobody wants to hear of, as most are: the outbox only looks whether somebody does. */
const ledger = new CreditLedger(clock, new CreditNews(new Outbox(undefined, undefined, clock), undefined));

/**
 * Everybody who is compared on one engine, each with a database of its own.
 * @typedef {object} Contender
 * @property {string} name
 * @property {(account: number) => Promise<unknown>} pair holds and captures one item of this account
 * @property {() => Promise<void>} audit throws when the books do not add up
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Contender[]>} */
export async function openSqliteContenders(folder, accounts) {
  const open = async (name) => {
    const sqliteFile = join(folder, `${name}.sqlite`);
    return { sqliteFile, options: await prepare({ databaseUrl: undefined, sqliteFile }, accounts) };
  };
  const [grouped, single, bare, naive] = [
    await open('service'),
    await open('single'),
    await open('bare'),
    await open('naive'),
  ];
  return [
    await serviceContender('service', grouped.options),
    await serviceContender('one COMMIT each', single.options, { transactions: 1, ms: 0 }),
    await bareContender('bare driver', bare.options, sqliteDriver(bare.sqliteFile), recordedPair('better-sqlite3')),
    await bareContender('naive', naive.options, sqliteDriver(naive.sqliteFile), naivePair()),
  ];
}

/** @returns {Promise<Contender[]>} */
export async function openMariaDbContenders(url, accounts) {
  const server = createPool({ uri: url, connectionLimit: 1 });
  await server.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
  const open = async (name) => {
    await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    const databaseUrl = `${url}/${name}`;
    return { databaseUrl, options: await prepare({ databaseUrl, sqliteFile: '' }, accounts) };
  };
  const [service, bare, naive] = [await open('service'), await open('bare'), await open('naive')];
  await server.end();
  return [
    await serviceContender('service', service.options),
    await bareContender('bare driver', bare.options, mariaDbDriver(bare.databaseUrl), recordedPair('mariadb')),
    await bareContender('naive', naive.options, mariaDbDriver(naive.databaseUrl), naivePair()),
  ];
}

/** Migrates the database and gives every account its credits. */
async function prepare(place, accounts) {
  const options = { ...dataSourceOptions(place), entities: ENTITIES };
  const dataSource = await openDatabase(options);
  const transactions = new Transactions(dataSource);
  for (let userId = 1; userId <= accounts; userId += 1) {
    await transactions.run(async (tx) => {
      await ledger.openAccount(tx, userId);
      const deposit = { userId, grantId: randomUUID(), amount: CREDITS, reason: 'Benchmark', actor: SYSTEM_ACTOR };
      await ledger.grant(tx, deposit);
    });
  }
  await dataSource.destroy();
  return options;
}

/** The product's own way: Transactions and CreditLedger. */
async function serviceContender(name, options, commitLimits) {
  // As the product opens it, which asks the server whether it is MySQL or MariaDB.
  const dataSource = await (commitLimits ? connect(options, commitLimits) : openDatabase(options));
  const transactions = new Transactions(dataSource);
  return {
    name,
    async pair(account) {
      const [itemId, generationId] = [randomUUID(), randomUUID()];
      const request = {
        userId: account + 1,
        generationId,
        itemIds: [itemId],
        amountEach: AMOUNT,
        priceVersion: '1',
        ttlMs: 60_000,
      };
      await transactions.run((tx) => ledger.hold(tx, request));
      await transactions.run((tx) => ledger.capture(tx, itemId, randomUUID()));
    },
    audit: () => audit(dataSource, name),
    close: () => dataSource.destroy(),
  };
}

/** The same, or other, statements straight through the driver, each transaction with a commit of its own. */
async function bareContender(name, options, driver, { hold, capture }) {
  const dataSource = await connect(options);
  const accountIds = await accountIdsOf(dataSource);
  return {
    name,
    async pair(account) {
      const facts = {
        userId: account + 1,
        accountId: accountIds.get(account + 1),
        holdId: randomUUID(),
        itemId: randomUUID(),
        generationId: randomUUID(),
        imageId: randomUUID(),
        amount: AMOUNT,
        now: Date.now(),
        forUpdate: driver.forUpdate,
      };
      await driver.transaction((query) => hold(query, facts));
      await driver.transaction((query) => capture(query, facts));
    },
    audit: () => audit(dataSource, name),
    close: async () => {
      await driver.close();
      await dataSource.destroy();
    },
  };
}

function recordedPair(type) {
  const recorded = recordStatements(ledger, { Transactions, type, amount: AMOUNT });
  const replay = (name) => async (query, facts) => {
    for (const { sql, parametersFor } of (await recorded)[name]) await query(sql, parametersFor(facts));
  };
  return { hold: replay('hold'), capture: replay('capture') };
}

const committed = (work) => async (query, facts) => {
  await work(query, facts);
  await query('COMMIT', []);
};
const naivePair = () => ({ hold: committed(naiveHold), capture: committed(naiveCapture) });

async function accountIdsOf(dataSource) {
  const rows = await dataSource.query('SELECT id, owner_id FROM credit_account');
  return new Map(rows.map(({ id, owner_id }) => [Number(owner_id), id]));
}

async function audit(dataSource, name) {
  const { mismatches, entriesChecked } = await new LedgerAudit(dataSource, clock).run();
  if (mismatches.length > 0) throw new Error(`The books of "${name}" do not add up: ${JSON.stringify(mismatches[0])}`);
  console.log(`${dataSource.options.type}, ${name}: ${entriesChecked} entries audited, no mismatch`);
}

/** better-sqlite3 with the product's pragmas; it has one connection, so one transaction at a time. */
function sqliteDriver(file) {
  const database = new BetterSqlite3(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) database.pragma(pragma);
  const statements = new Map();
  const query = (sql, parameters) => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement.reader ? statement.all(parameters) : statement.run(parameters);
  };
  let last = Promise.resolve();
  return {
    // The whole database is locked already.
    forUpdate: '',
    transaction: (body) => {
      last = last.then(async () => {
        query('BEGIN IMMEDIATE', []);
        await body(query);
      });
      return last;
    },
    close: async () => database.close(),
  };
}

function mariaDbDriver(url) {
  const pool = createPool({ uri: url, connectionLimit: POOL_SIZE });
  pool.pool.on('connection', (connection) => {
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  });
  return {
    forUpdate: ' FOR UPDATE',
    transaction: async (body) => {
      const connection = await pool.getConnection();
      try {
        await connection.query('START TRANSACTION');
        await body(async (sql, parameters) => (await connection.query(sql, parameters))[0]);
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}
