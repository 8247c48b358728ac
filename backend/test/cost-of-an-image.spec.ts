import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SessionGrant } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { SetupService } from '../src/modules/auth/index.js';
import { ENGINES, installations } from './installations.js';

/** Images that are made one after the other; what is done now and then falls into some of them alone. */
const IMAGES = 8;

/** What an image may cost from the request to the answer, each transaction with its begin and its commit. */
const STATEMENTS = 50;
const TRANSACTIONS = 3;

/** What one query runner was asked for: a transaction, or a statement by itself. */
type Operation = string[];

describe.each(ENGINES)('On %s', (engine) => {
  const { prepare, start } = installations();

  test('an image takes few statements, in few transactions', async () => {
    const app = (await start(await prepare(engine))) as NestExpressApplication;
    const operations = observe(app);
    const generate = await signedIn(app);
    await generate();
    const costs: { readonly statements: number; readonly transactions: number }[] = [];
    for (let image = 0; image < IMAGES; image += 1) {
      operations.length = 0;
      await generate();
      // The thumbnails of the one before, which nobody waits for.
      const own = operations.filter((operation) => !operation.some((sql) => sql.includes('thumbhash = ?')));
      costs.push({
        statements: own.flat().length,
        transactions: own.filter(([first]) => first?.endsWith('TRANSACTION')).length,
      });
    }

    expect(Math.min(...costs.map(({ statements }) => statements))).toBeLessThanOrEqual(STATEMENTS);
    expect(Math.min(...costs.map(({ transactions }) => transactions))).toBeLessThanOrEqual(TRANSACTIONS);
  });
});

/** Everything that the database is asked for from now on. */
function observe(app: INestApplicationContext): Operation[] {
  const operations: Operation[] = [];
  const { driver } = app.get(DataSource);
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const operation: Operation = [];
    operations.push(operation);
    const query = runner.query.bind(runner);
    runner.query = (...statement: Parameters<typeof query>) => {
      operation.push(statement[0]);
      return query(...statement);
    };
    return runner;
  };
  return operations;
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
