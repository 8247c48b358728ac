import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Express } from 'express';
import { PunctualExpressAdapter } from './http-server.js';

/** More than a socket takes whose other end does not read. */
const MUCH = Buffer.alloc(64 * 2 ** 20);

describe('a server that stops', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    agent.destroy();
  });

  /** One that answers in its own time. */
  async function serve(lastAnswersMs?: number) {
    const adapter = new PunctualExpressAdapter(30_000, lastAnswersMs);
    adapter.initHttpServer();
    const express = adapter.getInstance<Express>();
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    express.get('/later', async (_, response) => {
      asked.resolve(undefined);
      await answered.promise;
      response.send('here it is');
    });
    express.get('/again', (_, response) => void response.send('again'));
    express.get('/much', (_, response) => {
      asked.resolve(undefined);
      response.write(MUCH);
    });
    await once(adapter.getHttpServer().listen(0, '127.0.0.1'), 'listening');
    const { port } = adapter.getHttpServer().address() as AddressInfo;
    const ask = async (path: string): Promise<string | undefined> => {
      const [response] = await once(get({ agent, host: '127.0.0.1', port, path }), 'response');
      response.resume();
      await once(response, 'end');
      return response.headers.connection;
    };
    return { adapter, port, ask, asked: asked.promise, answer: () => answered.resolve(undefined) };
  }

  test('answers what was asked, and ends a connection on which one request follows the other', async () => {
    const { adapter, ask, asked, answer } = await serve(60_000);
    const late = ask('/later');
    await asked;
    const next = ask('/again');

    const closing = adapter.close();
    answer();

    expect([await late, await next]).toEqual(['keep-alive', 'close']);
    await closing;
  });

  test('waits only so long for whoever takes the answer slowly', async () => {
    const { adapter, port, asked } = await serve(200);
    const reader = connect(port, '127.0.0.1', () => reader.write('GET /much HTTP/1.1\r\nHost: x\r\n\r\n'));
    reader.on('error', () => undefined).pause();
    sockets.push(reader);
    await asked;

    const startedAt = performance.now();
    await adapter.close();

    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });
});
