import { type AddressInfo, type Socket, connect as dial, createServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type MariadbDatabase, createMariadbDatabase, mariadbUrl } from '../../../test/mariadb.js';
import { until } from '../../../test/until.js';
import { connect, dataSourceOptions } from './data-source.js';
import { isDatabaseUnavailable } from './database-errors.js';
import { Transactions } from './transactions.js';

// What is looked for is logged as well.
Logger.overrideLogger(false);

/** Only what comes again and again is for the test to decide. */
const REAL = [
  ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
];

/** A way to a server on which, from a moment on, nothing comes back. */
async function wayTo(target: URL) {
  const pairs = new Set<[Socket, Socket]>();
  let ended = 0;
  let isMute = false;
  const proxy = createServer((client) => {
    const upstream = dial(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    client.pipe(upstream);
    if (!isMute) upstream.pipe(client);
    // Whatever ends one end ends the other; that it ended is all there is to know.
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (pairs.delete(pair)) ended += 1;
        for (const other of pair) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    /** Connections that were, and are no more. */
    get ended(): number {
      return ended;
    },
    mute(value: boolean): void {
      isMute = value;
      for (const [client, upstream] of pairs) {
        if (isMute) upstream.unpipe(client);
        else upstream.pipe(client);
      }
    },
    async close(): Promise<void> {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

if (mariadbUrl !== undefined)
  describe('A database server that says nothing any more', () => {
    let database: MariadbDatabase;
    let way: Awaited<ReturnType<typeof wayTo>>;
    let dataSource: DataSource;

    beforeEach(async () => {
      database = await createMariadbDatabase();
      way = await wayTo(new URL(database.url));
      // The turns of the watch come when the test says so, and everything else when it does.
      jest.useFakeTimers({ doNotFake: REAL });
      dataSource = await connect(dataSourceOptions({ databaseUrl: way.url, databasePoolSize: 3, sqliteFile: '' }));
    });

    afterEach(async () => {
      jest.useRealTimers();
      await way.close();
      await dataSource.destroy();
      await database.drop();
    });

    async function passTurns(count: number): Promise<void> {
      for (let number = 0; number < count; number += 1) {
        jest.advanceTimersByTime(1_000);
        await nextTurn();
      }
    }

    /** What comes of it, an error or not: both are looked at later. */
    const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
    const query = (): Promise<unknown> => dataSource.query('SELECT 1 AS one');

    test('keeps nobody waiting, and is used again as soon as it answers', async () => {
      await Promise.all([query(), query(), query()]);
      const inside = Promise.withResolvers<void>();
      const transaction = new Transactions(dataSource).run(async (tx) => {
        await tx.query(`INSERT INTO credit_account (id, owner_type, owner_id) VALUES ('a', 'user', '1')`);
        way.mute(true);
        inside.resolve();
        await tx.query('SELECT 1');
      });
      await inside.promise;
      const waiting = [transaction, query(), query()].map(outcomeOf);

      await passTurns(10);

      for (const outcome of waiting) expect(isDatabaseUnavailable(await outcome)).toBe(true);
      await expect(query()).rejects.toMatchObject({ code: 'server.unavailable' });
      way.mute(false);
      await until(async () => !((await outcomeOf(query())) instanceof Error));
      expect(await dataSource.query('SELECT id FROM credit_account')).toEqual([]);
    });

    test('is taken for busy as long as it greets others', async () => {
      const holder = dataSource.createQueryRunner();
      await holder.query(`SELECT GET_LOCK('slow', 0)`);
      const slow = outcomeOf(dataSource.query(`SELECT GET_LOCK('slow', 60) AS isHeld`));

      for (let question = 1; question <= 5; question += 1) {
        await passTurns(3);
        // Whoever asks leaves with the answer.
        await until(() => way.ended === question);
      }

      await holder.query(`SELECT RELEASE_LOCK('slow')`);
      await holder.release();
      expect(await slow).toEqual([{ isHeld: expect.anything() }]);
    });
  });
