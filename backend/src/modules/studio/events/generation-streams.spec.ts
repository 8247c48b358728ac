import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Generation, GenerationEventType } from '@atelier/contracts';
import express, { type Request, type Response } from 'express';
import { until } from '../../../../test/until.js';
import { InProcessBroadcast } from '../../../platform/broadcast/in-process.broadcast.js';
import { finished, generationOf, idOf, waiting } from '../testing/generations.js';
import type { GenerationEvent } from './generation-event.entity.js';
import { GENERATION_CHANNEL, writeGenerationNews } from './generation-news.js';
import { GenerationStreams, MAX_STREAMS_PER_USER } from './generation-streams.js';
import { GenerationWatch } from './generation-watch.js';
import { StreamPace } from './stream-pace.js';

const USER = 7;

class Pace extends StreamPace {
  override heartbeatMs = 60_000;
  override movesMs = 60_000;
}

describe('GenerationStreams', () => {
  const broadcast = new InProcessBroadcast();
  let pace: Pace;
  let server: Server;
  let streams: GenerationStreams;
  let events: GenerationEvent[];
  let generations: Map<string, Generation>;
  let isLive: () => Promise<boolean>;
  let refusals: unknown[];
  let complaints: unknown[][];

  const be = (generation: Generation) => void generations.set(generation.id, generation);
  const tell = () =>
    broadcast.publish(GENERATION_CHANNEL, writeGenerationNews({ change: 'changed', userId: USER, generationId: '' }));
  const happen = (number: number, type: GenerationEventType) => {
    const id = events.length + 1;
    events.push({ id, userId: USER, itemId: null, createdAt: 1, generationId: idOf(number), type });
    tell();
  };

  beforeEach(async () => {
    pace = new Pace();
    [events, generations, refusals, complaints] = [[], new Map(), [], []];
    isLive = () => Promise.resolve(true);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((...words: unknown[]) => void complaints.push(words));
    const log = {
      newestOf: async () => new Map<number, number>(),
      resume: async (_: number, id: string | undefined) => ({ position: Number(id ?? 0), isGapless: id !== undefined }),
      after: async (_: number, position: number, limit: number) =>
        events.filter(({ id }) => id > position).slice(0, limit),
    };
    const find = async (_: number, ids: readonly string[]) => ids.flatMap((id) => generations.get(id) ?? []);
    const get = async (_: number, id: string) => {
      const generation = generations.get(id);
      if (!generation) throw new Error('not found');
      return generation;
    };
    const unfinished = async () =>
      [...generations.values()].filter(({ completed_at }) => completed_at === null).map(({ id }) => id);
    const watch = new GenerationWatch(broadcast, log);
    watch.onModuleInit();
    streams = new GenerationStreams(log, { find, get, unfinished }, watch, { isLive: () => isLive() }, pace);
    const follow = (request: Request<{ id?: string; userId?: string }>, response: Response): void => {
      const credential = { sessionId: 'one', userId: Number(request.query['user'] ?? USER), version: 1 };
      const lastEventId = request.get('last-event-id');
      const exchange = { credential, lastEventId, request, response };
      const { id } = request.params;
      void (id === undefined ? streams.followAll(exchange) : streams.follow(id, exchange)).catch((error: unknown) => {
        refusals.push(error);
        response.status(500).end();
      });
    };
    server = createServer(express().get('/all', follow).get('/one/:id', follow));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    streams.onModuleDestroy();
    server.closeAllConnections();
    server.close();
    jest.restoreAllMocks();
  });

  /** A stream that is read; `text` is what has come so far. */
  async function open(path: string, init: RequestInit = {}) {
    const leaving = new AbortController();
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: leaving.signal });
    const stream = { status: response.status, headers: response.headers, text: '', isOver: false };
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) stream.text += decoder.decode(chunk);
    };
    void read()
      .catch(() => undefined)
      .finally(() => (stream.isOver = true));
    const has = (text: string) => until(() => stream.text.includes(text));
    return Object.assign(stream, { has, leave: () => leaving.abort(), over: () => until(() => stream.isOver) });
  }
  const eventsIn = (text: string) =>
    [...text.matchAll(/^id: (\d+)\nevent: (.+)$/gm)].map(([, id, event]) => [id, event]);

  test('tell how things are and what happens then, as it happens', async () => {
    be(generationOf(1));
    const stream = await open('/all');
    await stream.has('event: generation.snapshot');
    happen(1, 'generation.progressed');
    await stream.has('event: generation.progressed');
    happen(1, 'generation.succeeded');
    await stream.has('event: generation.succeeded');

    expect(eventsIn(stream.text)).toEqual([
      ['0', 'ready'],
      ['0', 'generation.snapshot'],
      ['1', 'generation.progressed'],
      ['2', 'generation.succeeded'],
    ]);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.isOver).toBe(false);
  });

  test('of one generation end with it', async () => {
    be(generationOf(1));
    const stream = await open(`/one/${idOf(1)}`);
    await stream.has('event: generation.snapshot');
    happen(2, 'generation.failed');
    happen(1, 'generation.failed');
    await stream.over();

    expect(eventsIn(stream.text)).toEqual([
      ['0', 'generation.snapshot'],
      ['2', 'generation.failed'],
    ]);
  });

  test('of one that is over are empty for whoever was told its end, and tell it to whoever was not', async () => {
    be(finished(1));
    happen(1, 'generation.started');
    happen(1, 'generation.succeeded');
    const comeBack = (id: string) => open(`/one/${idOf(1)}`, { headers: { 'last-event-id': id } });

    expect((await comeBack('2')).status).toBe(204);
    const late = await comeBack('1');
    await late.over();
    expect([late.status, eventsIn(late.text)]).toEqual([200, [['2', 'generation.succeeded']]]);
    const anew = await open(`/one/${idOf(1)}`);
    await anew.over();
    expect([anew.status, eventsIn(anew.text)]).toEqual([200, [['0', 'generation.snapshot']]]);
  });

  test('find the end of a generation behind many events of others', async () => {
    be(finished(1));
    for (let event = 0; event < 450; event += 1) happen(2, 'generation.progressed');
    happen(1, 'generation.succeeded');

    const stream = await open(`/one/${idOf(1)}`, { headers: { 'last-event-id': '10' } });
    await stream.over();

    expect([stream.status, eventsIn(stream.text)]).toEqual([200, [['451', 'generation.succeeded']]]);
  });

  test('of what is not there are none', async () => {
    expect((await open(`/one/${idOf(1)}`)).status).toBe(500);
    expect(refusals).toMatchObject([{ message: 'not found' }]);
  });

  test('answer a HEAD request with what they would be, and nothing more', async () => {
    for (let asked = 0; asked <= MAX_STREAMS_PER_USER; asked += 1) {
      const { status, headers } = await open('/all', { method: 'HEAD' });
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store, no-transform']);
    }
    expect(refusals).toEqual([]);
  });

  test('are ten for each person at most; one that is left makes room', async () => {
    const opened = await Promise.all(Array.from({ length: MAX_STREAMS_PER_USER }, () => open('/all')));
    expect(opened.map(({ status }) => status)).toEqual(Array(MAX_STREAMS_PER_USER).fill(200));
    expect((await open('/all')).status).toBe(500);
    expect(refusals).toMatchObject([{ code: 'studio.too_many_streams', retryAfterMs: 10_000 }]);
    expect((await open('/all?user=8')).status).toBe(200);

    opened[0]?.leave();
    await until(async () => (await open('/all')).status === 200);
  });

  test('show that they are alive, as long as their session is', async () => {
    pace.heartbeatMs = 20;
    let asked = 0;
    isLive = async () => (asked += 1) < 4;
    const stream = await open('/all');
    await stream.over();

    expect(stream.text.match(/: still here/g)).toHaveLength(3);
    expect(asked).toBe(4);
  });

  test('say where those who wait have moved to, now and then', async () => {
    pace.movesMs = 20;
    be(waiting(1, 2));
    const stream = await open('/all');
    await stream.has('"position":2');
    be(waiting(1, 1));
    await stream.has('"position":1');

    expect(eventsIn(stream.text).map(([, event]) => event)).toEqual([
      'ready',
      'generation.snapshot',
      'generation.snapshot',
    ]);
  });

  test('look for nobody who has moved where nobody waits', async () => {
    pace.movesMs = 1;
    pace.heartbeatMs = 100;
    be(generationOf(1));
    let asked = 0;
    isLive = async () => (asked += 1) < 2;
    const started = performance.now();
    const stream = await open('/all');
    await stream.over();

    // It woke up for the heartbeats alone.
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
    expect(stream.text.match(/: still here/g)).toHaveLength(1);
  });

  test('are broken off, and it is said why, when they can not go on', async () => {
    pace.heartbeatMs = 10;
    const failure = new Error('no database');
    isLive = () => Promise.reject(failure);
    const stream = await open('/all');
    await stream.over();

    expect(complaints).toEqual([[{ err: failure, userId: USER }, expect.any(String)]]);
    expect(refusals).toEqual([]);
  });

  test('end when the process stops, and those that are opened then end at once', async () => {
    const stream = await open('/all');
    await stream.has('event: ready');

    streams.onModuleDestroy();
    await stream.over();

    const late = await open('/all');
    await late.over();
    expect([late.status, late.text]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n$/)]);
    expect([...refusals, ...complaints]).toEqual([]);
  });
});
