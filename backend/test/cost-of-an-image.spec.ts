import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SessionGrant } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { SetupService } from '../src/modules/auth/index.js';
import { GenerationEventLog } from '../src/modules/studio/events/generation-event-log.js';
import { Clock } from '../src/platform/time/index.js';
import { ENGINES, type Engine, installations } from './installations.js';

/** Images that are made one after the other; the log is looked at now and then for those who wait, so for some of them. */
const IMAGES = 7;

/**
 * What an image may cost from the request to the answer, each transaction with its begin and its commit. MariaDB is sent
 * the last statements of a transaction together with its commit, as one.
 */
const STATEMENTS: Readonly<Record<Engine, number>> = { SQLite: 40, MariaDB: 31 };
const TRANSACTIONS = 3;

/** What one query runner was asked for: a transaction, or a statement by itself. */
type Operation = string[];

describe.each(ENGINES)('On %s', (engine) => {
  const { prepare, start } = installations();

  test('an image takes few statements, in few transactions', async () => {
    const app = (await start(await prepare(engine))) as NestExpressApplication;
    const requests = observe(app);
    const generate = await signedIn(app);
    // What is known for a second is known for as long as the clock stands still.
    jest.spyOn(app.get(Clock), 'now').mockReturnValue(Date.now());
    // Whoever waits is not woken by what the log is looked at for now and then: each image might take that long.
    jest.spyOn(app.get(GenerationEventLog, { strict: false }), 'newestOf').mockResolvedValue(new Map());
    await generate();
    requests.length = 0;
    for (let image = 0; image < IMAGES; image += 1) await generate();

    const costs = requests.map((operations) => {
      // Nobody waits for thumbnails.
      const own = operations.filter((operation) => !operation.some((sql) => sql.includes('thumbhash = ?')));
      return {
        statements: own.flat().length,
        transactions: own.filter(([first]) => first?.endsWith('TRANSACTION')).length,
      };
    });
    expect(costs).toHaveLength(IMAGES);
    expect(Math.min(...costs.map(({ statements }) => statements))).toBeLessThanOrEqual(STATEMENTS[engine]);
    expect(Math.min(...costs.map(({ transactions }) => transactions))).toBeLessThanOrEqual(TRANSACTIONS);
  });
});

/** What the database is asked for from now on, by the request that leads to it; not what is looked for now and then. */
function observe(app: NestExpressApplication): Operation[][] {
  const requests: Operation[][] = [];
  const request = new AsyncLocalStorage<Operation[]>();
  const server: Server = app.getHttpServer();
  server.prependListener('request', () => {
    const operations: Operation[] = [];
    requests.push(operations);
    request.enterWith(operations);
  });
  const { driver } = app.get(DataSource);
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const operation: Operation = [];
    request.getStore()?.push(operation);
    const query = runner.query.bind(runner);
    runner.query = (...statement: Parameters<typeof query>) => {
      operation.push(statement[0]);
      return query(...statement);
    };
    return runner;
  };
  return requests;
}

/** @returns asks for an image as the administrator, and waits for it */
async function signedIn(app: NestExpressApplication): Promise<() => Promise<void>> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const post = async (path: string, body: unknown, headers = {}): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    return answer.json();
  };
  const setup = await app.get(SetupService).prepare();
  const token = setup && 'setupUrl' in setup ? new URL(setup.setupUrl).hash.replace('#token=', '') : '';
  const person = { name: 'Ada', email: 'ada@atelier.test', password: 'umbrella-quartz-71-harbour' };
  const session = SessionGrant.parse(await post('/auth/setup', { token, ...person }));
  const authorization = `Bearer ${session.access_token}`;
  return async () => {
    await post('/studio/generate', { prompt: 'a harbour', tier: 'standard', provider: 'mock' }, { authorization });
  };
}
