import { startMariaDb } from '../tools/services.mjs';
import { openMariaDbContenders, openSqliteContenders } from './ledger/contenders.mjs';
import { temporaryFolder } from './server.mjs';
import { load, median, round } from './statistics.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const CLIENTS = [1, 16, 64];
const MANY_ACCOUNTS = 256;
/** Enough to last for about a second each. */
const PAIRS = { 1: 400, 16: 1_500, 64: 1_500 };

export const title =
  'Hold + capture through the service, in pairs/s: SQLite with synchronous=FULL, MariaDB with innodb_flush_log_at_trx_commit=1';

/**
 * A row for each load, medians of interleaved rounds; the rows behind them are the goals. Books are audited at the end.
 * @param {{ engine?: string }} options `sqlite` or `mariadb` to measure but one of them
 */
export async function run({ engine }) {
  return [
    ...(engine === 'mariadb' ? [] : await measureSqlite()),
    ...(engine === 'sqlite' ? [] : await measureMariaDb()),
  ];
}

async function measureSqlite() {
  const { folder, remove } = temporaryFolder();
  try {
    return await measureEngine('SQLite', await openSqliteContenders(folder, MANY_ACCOUNTS));
  } finally {
    remove();
  }
}

async function measureMariaDb() {
  const mariaDb = await startMariaDb();
  try {
    return await measureEngine('MariaDB', await openMariaDbContenders(mariaDb.url, MANY_ACCOUNTS));
  } finally {
    await mariaDb.stop();
  }
}

async function measureEngine(engine, contenders) {
  try {
    const loads = CLIENTS.flatMap((clients) => [MANY_ACCOUNTS, 1].map((accounts) => ({ clients, accounts })));
    const rates = new Map(loads.map((one) => [one, new Map(contenders.map(({ name }) => [name, []]))]));
    for (const contender of contenders) await measure(contender, { clients: 16, accounts: MANY_ACCOUNTS });
    for (let index = 0; index < ROUNDS; index += 1) {
      for (const one of loads) {
        for (const contender of contenders)
          rates
            .get(one)
            .get(contender.name)
            .push(await measure(contender, one));
      }
    }
    for (const contender of contenders) await contender.audit();
    return loads.map((one) => rowOf(engine, one, rates));
  } finally {
    for (const contender of contenders) await contender.close();
  }
}

async function measure({ pair }, { clients, accounts }) {
  const pairs = PAIRS[clients];
  const { elapsedMs } = await load(pairs, clients, (index) => pair(index % accounts));
  return (pairs / elapsedMs) * 1_000;
}

/** The rate of each contender, and what the goals compare. */
function rowOf(engine, { clients, accounts }, rates) {
  const rateOf = (name, { onManyAccounts = accounts > 1 } = {}) => {
    const [, byName] = [...rates].find(([one]) => one.clients === clients && one.accounts > 1 === onManyAccounts);
    const values = byName.get(name);
    return values && median(values);
  };
  const service = rateOf('service');
  const ratio = (other) => (other === undefined ? undefined : round(service / other, 2));
  return {
    engine,
    clients,
    accounts: accounts === 1 ? 'one' : 'many',
    service: round(service, 0),
    'one COMMIT each': rounded(rateOf('one COMMIT each')),
    'bare driver': rounded(rateOf('bare driver')),
    naive: rounded(rateOf('naive')),
    'to one COMMIT each': ratio(rateOf('one COMMIT each')),
    'to bare driver': ratio(rateOf('bare driver')),
    'to naive': ratio(rateOf('naive')),
    'one to many accounts': accounts === 1 ? ratio(rateOf('service', { onManyAccounts: true })) : undefined,
  };
}

const rounded = (rate) => (rate === undefined ? undefined : round(rate, 0));
