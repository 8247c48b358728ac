// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { clearInterval, setInterval } from 'node:timers';

/** @typedef {import('node:http').ServerResponse} ServerResponse */
/**
 * @typedef {object} Received
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {string} body the very text that arrived
 */

/** @type {Record<string, (response: ServerResponse) => void>} */
const MANNERS = {
  thank: (response) => response.writeHead(204).end(),
  chat: (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('Thank you! '.repeat(10_000)),
  fail: (response) => response.writeHead(500, { 'content-type': 'text/plain' }).end('Out of order\u0000\u001b[31m'),
  hold_back: (response) => response.writeHead(503, { 'retry-after': '3600' }).end(),
  be_gone: (response) => response.writeHead(410).end(),
  redirect: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  break_off: (response) => response.socket?.destroy(),
  hang: () => undefined,
  // Never ends, and is never silent for long.
  drip: (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => response.write('.'), 100);
    response.on('close', () => clearInterval(timer));
  },
};

/** Receives webhooks on this machine, with the manners that each of its paths was told. */
export class FakeReceiver {
  /** @type {Map<string, string>} */
  #manners = new Map();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      this.received.push({ path, headers, body: Buffer.concat(chunks).toString() });
      const manner = MANNERS[this.#manners.get(path) ?? 'thank'];
      if (!manner) throw new Error(`The receiver has no such manners on ${path}`);
      manner(response);
      for (const watcher of this.#watchers) watcher();
    });
  });

  /** Everything that arrived, oldest first. @type {Received[]} */
  received = [];
  /** Connections that were made. */
  connections = 0;

  static async start() {
    const receiver = new FakeReceiver();
    receiver.#server.on('connection', () => (receiver.connections += 1));
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The receiver does not listen');
    return address.port;
  }

  /** @param {string} path */
  url(path) {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** @param {string} path @param {string} manner one of those above */
  behave(path, manner) {
    this.#manners.set(path, manner);
  }

  /** @param {string} path */
  at(path) {
    return this.received.filter((message) => message.path === path);
  }

  /** Waits until so many messages have arrived on a path. @param {string} path @param {number} count */
  async until(path, count) {
    while (this.at(path).length < count) {
      await new Promise((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve(undefined);
        };
        this.#watchers.add(watcher);
      });
    }
    return this.at(path);
  }

  /** Ends every connection, also those on which somebody waits. */
  hangUp() {
    this.#server.closeAllConnections();
  }

  async stop() {
    this.#server.close();
    this.hangUp();
    if (this.#server.listening) await once(this.#server, 'close');
  }
}
