import { type Server, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import express, { type Response } from 'express';
import { EventStream } from './event-stream.js';

const MEGABYTE = 'x'.repeat(1_000_000);

describe('EventStream', () => {
  let server: Server;
  let answered: Promise<Response>;

  beforeEach(async () => {
    const asked = Promise.withResolvers<Response>();
    answered = asked.promise;
    server = createServer(express().get('/', (_request, response) => asked.resolve(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const portOf = (): number => (server.address() as AddressInfo).port;

  test('sends what is to be sent', async () => {
    const asking = fetch(`http://127.0.0.1:${portOf()}/`);
    const stream = new EventStream(await answered);
    await stream.send({ id: 7, event: 'news', data: '{"a":1}' });
    await stream.beat();
    stream.end();

    const text = await (await asking).text();
    expect(text).toMatch(/^retry: \d+\n\nid: 7\nevent: news\ndata: \{"a":1\}\n\n: still here\n\n$/);
  });

  test('keeps at most one message for a reader who does not read, and then lets go', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.pause();
    const response = await answered;
    const stream = new EventStream(response, 200);

    let most = 0;
    for (let sent = 0; sent < 100 && !stream.closed.aborted; sent += 1) {
      const sending = stream.send({ id: sent, event: 'news', data: MEGABYTE });
      most = Math.max(most, response.writableLength);
      await sending;
    }

    expect(stream.closed.aborted).toBe(true);
    expect(most).toBeLessThan(2 * MEGABYTE.length);
    socket.destroy();
  });

  test('waits for nobody when the reader has gone', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const stream = new EventStream(await answered);
    socket.destroy();
    await once(stream.closed, 'abort');

    await stream.send({ id: 1, event: 'news', data: MEGABYTE });
    stream.end();
    expect(stream.closed.aborted).toBe(true);
  });
});
