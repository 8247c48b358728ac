import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Database } from 'better-sqlite3';
import type { DataSource, EntityManager } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { connect, dataSourceOptions } from './data-source.js';
import { isConflict, isDatabaseUnavailable } from './database-errors.js';
import { GroupLostError } from './shared-commits.js';
import { OutsideTransactionError } from './transaction-scope.js';
import { Transactions } from './transactions.js';

const INSERT = 'INSERT INTO line (name) VALUES (?)';

describe('Transactions that are committed together', () => {
  let folder: string;
  let dataSource: DataSource;
  let transactions: Transactions;
  /** Every COMMIT that SQLite was asked for; what is thrown here, SQLite answers. */
  let onCommit: jest.Mock<() => void>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-commits-'));
    await open({ transactions: 64, ms: 60_000 });
    await dataSource.query('CREATE TABLE line (id INTEGER PRIMARY KEY, name TEXT NOT NULL)');
  });

  afterEach(async () => {
    jest.useRealTimers();
    await dataSource.destroy();
    rmSync(folder, { recursive: true });
  });

  async function open(limits: { transactions: number; ms: number }): Promise<void> {
    dataSource = await connect(
      {
        ...dataSourceOptions({ databaseUrl: undefined, databasePoolSize: 16, sqliteFile: join(folder, 'test.sqlite') }),
        migrations: [],
      },
      limits,
    );
    transactions = new Transactions(dataSource);
    onCommit = jest.fn();
    const connection = database();
    const prepare = connection.prepare.bind(connection);
    jest.spyOn(connection, 'prepare').mockImplementation((sql: string) => {
      const statement = prepare(sql);
      if (sql !== 'COMMIT') return statement;
      const run = statement.run.bind(statement);
      return Object.assign(statement, {
        run: () => {
          onCommit();
          return run();
        },
      });
    });
  }

  async function reopen(limits: { transactions: number; ms: number }): Promise<void> {
    await dataSource.destroy();
    await open(limits);
  }

  function database(): Database {
    if (!(dataSource.driver instanceof BetterSqlite3Driver)) throw new TypeError('This is about SQLite');
    return dataSource.driver.databaseConnection;
  }

  const add = (name: string) => transactions.run((tx) => tx.query(INSERT, [name]));
  const addMany = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => add(`n${index}`)));

  async function names(): Promise<string[]> {
    const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM line ORDER BY id');
    return rows.map(({ name }) => name);
  }

  /** A transaction whose body goes on when it is told to. */
  function paused(body: (tx: EntityManager) => Promise<unknown>) {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const outcome = transactions.run(async (tx) => {
      begun.resolve();
      await goOn.promise;
      return body(tx);
    });
    return { begun: begun.promise, goOn: goOn.resolve, outcome };
  }

  function databaseError(code: string): Error {
    return Object.assign(new Error('as if from SQLite'), { code });
  }

  test('share one COMMIT when they come at the same moment', async () => {
    await addMany(20);

    expect(await names()).toHaveLength(20);
    expect(onCommit).toHaveBeenCalledTimes(1);
  });

  test('share one COMMIT when they come with the same turn of the event loop', async () => {
    const first = add('first');
    const second = new Promise((resolve) => {
      setImmediate(() => {
        resolve(add('second'));
      });
    });
    await Promise.all([first, second]);

    expect(await names()).toEqual(['first', 'second']);
    expect(onCommit).toHaveBeenCalledTimes(1);
  });

  test('are no more than the limit at a time, and wait no longer than the limit says', async () => {
    await reopen({ transactions: 5, ms: 60_000 });
    await addMany(20);
    expect(onCommit).toHaveBeenCalledTimes(4);

    await reopen({ transactions: 64, ms: 0 });
    await addMany(20);
    expect(onCommit).toHaveBeenCalledTimes(20);
  });

  test('are told of nothing, and show nothing, before it is durable', async () => {
    const told: string[] = [];
    const first = add('first').then(() => told.push('first'));
    const failed = transactions.run(() => Promise.reject(new Error('refused'))).catch(() => told.push('refused'));
    const last = paused((tx) => tx.query(INSERT, ['last']));
    await last.begun;

    expect(await names()).toEqual([]);
    expect(told).toEqual([]);

    last.goOn();
    await Promise.all([first, failed, last.outcome]);
    expect(told).toEqual(['first', 'refused']);
    expect(await names()).toEqual(['first', 'last']);
    expect(onCommit).toHaveBeenCalledTimes(1);
  });

  test('lose nothing when one of them fails, and see nothing of it', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        transactions.run(async (tx) => {
          await tx.query(INSERT, [`n${index}`]);
          const [count] = await tx.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM line');
          if (index % 3 === 0) throw new Error('no');
          return count?.n;
        }),
      ),
    );

    const seen = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await names()).toHaveLength(20);
    expect(onCommit).toHaveBeenCalledTimes(1);
  });

  test('have all failed when the COMMIT fails, also the one that had failed before', async () => {
    onCommit.mockImplementationOnce(() => {
      throw databaseError('SQLITE_FULL');
    });
    const outcomes = await Promise.allSettled([
      add('a'),
      transactions.run(async (tx) => {
        await tx.query(INSERT, ['b']);
        throw new Error('over something that never happened');
      }),
      add('c'),
    ]);

    const errors = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(errors.every((error) => error instanceof GroupLostError && isDatabaseUnavailable(error))).toBe(true);
    expect(await names()).toEqual([]);
    await add('afterwards');
    expect(await names()).toEqual(['afterwards']);
  });

  test('are run again, each once, when the COMMIT found the database busy', async () => {
    onCommit.mockImplementationOnce(() => {
      throw databaseError('SQLITE_BUSY');
    });
    await addMany(10);

    expect((await names()).toSorted()).toEqual(Array.from({ length: 10 }, (_, index) => `n${index}`));
  });

  test('have all failed when SQLite gives everything up, whatever the body makes of that', async () => {
    const [pages] = await dataSource.query<{ page_count: number }[]>('PRAGMA page_count');
    database().pragma(`max_page_count = ${(pages?.page_count ?? 0) + 2}`);
    const large = 'x'.repeat(100_000);
    let late: unknown;
    const outcomes = await Promise.allSettled([
      add('before'),
      transactions.run(async (tx) => {
        await tx.query(INSERT, [large]).catch(() => 'swallowed');
        late = await tx.query(INSERT, ['would be committed by itself']).catch((error: unknown) => error);
      }),
      add('behind'),
    ]);

    expect(late).toBeInstanceOf(GroupLostError);
    expect(isConflict(late)).toBe(false);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(outcomes.slice(0, 2)).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'SQLITE_FULL' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'SQLITE_FULL' }) },
    ]);
    expect(await names()).toEqual(['behind']);
  });

  test('go on without one that hangs, and nothing that it does later counts', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    const before = add('before');
    const late = Promise.withResolvers<unknown>();
    const hanging = paused((tx) => tx.query(INSERT, ['late']).catch(late.resolve));
    const refused = expect(hanging.outcome).rejects.toMatchObject({ code: 'server.unavailable', retryable: true });
    const behind = paused((tx) => tx.query(INSERT, ['behind']));
    await hanging.begun;
    await jest.advanceTimersByTimeAsync(5_000);

    // The next one is at work when the body that was given up wakes up.
    await behind.begun;
    hanging.goOn();
    expect(await late.promise).toBeInstanceOf(OutsideTransactionError);
    behind.goOn();
    await Promise.all([before, refused, behind.outcome]);
    expect(await names()).toEqual(['before', 'behind']);
  });

  test('keep statements out that are no part of them', async () => {
    const first = paused((tx) => tx.query(INSERT, ['first']));
    await first.begun;
    const single = dataSource.query(INSERT, ['single']);
    const second = transactions.run(async (tx) => {
      await tx.query(INSERT, ['second']);
      throw new Error('no');
    });
    first.goOn();

    await expect(second).rejects.toThrow('no');
    await Promise.all([first.outcome, single]);
    expect(await names()).toEqual(['first', 'single']);
  });

  test('come to pass while somebody reads without ever pausing', async () => {
    let isOver = false;
    const read = async (): Promise<void> => {
      while (!isOver) await names();
    };
    const reading = Promise.all([read(), read()]);
    await addMany(3);
    isOver = true;
    await reading;

    expect(await names()).toHaveLength(3);
  });
});
