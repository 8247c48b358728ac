import type { AddressInfo } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { type Generation, SessionGrant } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { SetupService } from '../src/modules/auth/index.js';
import { StreamPace } from '../src/modules/studio/events/stream-pace.js';
import { Broadcast } from '../src/platform/broadcast/index.js';
import { ProblemFilter } from '../src/platform/http/problem.filter.js';
import { validationPipe } from '../src/platform/http/validation.js';
import { type Start, describeAppOnEveryDatabase } from './test-app.js';
import { until } from './until.js';

class FastPace extends StreamPace {
  override readonly heartbeatMs = 150;
  override readonly movesMs = 50;
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

interface Studio {
  readonly app: NestExpressApplication;
  /** Asks as the administrator. */
  ask(path: string, init?: Init): Promise<Response>;
}

/** The application with streams that keep time fast, listening, and its administrator signed in. */
async function open(start: Start): Promise<Studio> {
  let listening: NestExpressApplication | undefined;
  await start(async (configuration) => {
    const testing = await Test.createTestingModule({ imports: [AppModule.with(configuration)] })
      .overrideProvider(StreamPace)
      .useValue(new FastPace())
      .compile();
    listening = testing.createNestApplication<NestExpressApplication>({ logger: false });
    listening.useGlobalPipes(validationPipe);
    listening.useGlobalFilters(new ProblemFilter());
    await listening.listen(0, '127.0.0.1');
    return listening;
  });
  if (!listening) throw new Error('The application was not started');
  const app = listening;
  const { port } = app.getHttpServer().address() as AddressInfo;
  const post = (path: string, body: unknown, headers = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const setup = await app.get(SetupService).prepare();
  const token = setup && 'setupUrl' in setup ? new URL(setup.setupUrl).hash.replace('#token=', '') : '';
  const person = { name: 'Ada', email: 'ada@atelier.test', password: 'umbrella-quartz-71-harbour' };
  const grant = SessionGrant.parse(await (await post('/auth/setup', { token, ...person })).json());
  const authorization = `Bearer ${grant.access_token}`;
  return {
    app,
    ask: (path, init = {}) =>
      fetch(`http://127.0.0.1:${port}/api/v1${path}`, { ...init, headers: { authorization, ...init.headers } }),
  };
}

/** Everything that comes over a stream as text. */
class Reader {
  text = '';
  isOver = false;
  readonly #cancel: () => Promise<void>;

  constructor(response: Response) {
    expect(response.status).toBe(200);
    if (!response.body) throw new Error('The stream has no body');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    this.#cancel = () => reader.cancel();
    void this.#read(reader);
  }

  async #read(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      this.text += value;
    }
    this.isOver = true;
  }

  has(text: string): Promise<void> {
    return until(() => this.text.includes(text));
  }

  close(): Promise<void> {
    return this.#cancel();
  }
}

const generate = async ({ ask }: Studio, count = 1): Promise<Generation> => {
  const headers = { 'content-type': 'application/json', prefer: 'respond-async' };
  const body = JSON.stringify({ prompt: 'a harbour', tier: 'standard', count });
  return (await (await ask('/studio/generate', { method: 'POST', headers, body })).json()) as Generation;
};

afterEach(() => {
  jest.restoreAllMocks();
});

describeAppOnEveryDatabase('Event streams', (start) => {
  test('show that they are alive', async () => {
    const { ask } = await open(start);
    const stream = new Reader(await ask('/studio/events'));
    await until(() => stream.text.split(': still here').length > 3);
    await stream.close();
  });

  test('tell of what was announced to nobody', async () => {
    const studio = await open(start);
    jest.spyOn(studio.app.get(Broadcast), 'publish').mockReturnValue(undefined);
    const stream = new Reader(await studio.ask('/studio/events'));
    const { id, urls } = await generate(studio);
    const own = new Reader(await studio.ask(urls.events.replace('/api/v1', '')));

    await stream.has('event: generation.succeeded');
    await until(() => own.isOver);
    expect(stream.text).toContain(`"id":"${id}"`);
    expect(own.text).toContain('"status":"succeeded"');
    await stream.close();
  });

  test.each([
    ['their session ends', 'UPDATE session SET revoked_at = 1'],
    ['their user is disabled', `UPDATE user SET status = 'disabled'`],
    ['their user is given other rights', 'UPDATE user SET session_version = session_version + 1'],
  ])('end when %s', async (_, change) => {
    const { app, ask } = await open(start);
    const stream = new Reader(await ask('/studio/events'));
    await stream.has(': still here');

    await app.get(DataSource).query(change);

    await until(() => stream.isOver);
  });

  test('end at once when the process stops, which waits for none of them', async () => {
    const { app, ask } = await open(start);
    const streams = [new Reader(await ask('/studio/events')), new Reader(await ask('/studio/events'))];
    for (const stream of streams) await stream.has('event: ready');
    const startedAt = performance.now();

    const closing = app.close();
    await until(() => streams.every(({ isOver }) => isOver));
    await closing;

    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test('leave room for others as soon as their readers have gone', async () => {
    const { ask } = await open(start);
    for (let round = 0; round < 3; round += 1) {
      const readers: Reader[] = [];
      await until(async () => {
        const response = await ask('/studio/events');
        if (response.status === 200) readers.push(new Reader(response));
        else expect(response.status).toBe(429);
        return readers.length === 10;
      });
      expect((await ask('/studio/events')).status).toBe(429);
      await Promise.all(readers.map((reader) => reader.close()));
    }
  });
});
