import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Server, createServer as createTcpServer } from 'node:net';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { HttpService } from '@nestjs/axios';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../../test/fakes/tls/certificate.mjs';
import { AllowList } from './allow-list.js';
import type { Resolver } from './guarded-agents.js';
import { OutboundError } from './outbound-error.js';
import { OutboundHttp, type OutboundRequest } from './outbound-http.js';

const KEY = 'sk-canary-4711';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface ClientOptions {
  readonly allow?: readonly string[];
  readonly resolve?: Resolver;
  readonly connectTimeoutMs?: number;
  readonly memoryPatienceMs?: number;
}

function client({ allow = ['127.0.0.1'], ...options }: ClientOptions = {}): OutboundHttp {
  const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(allow) }, options);
  cleanUps.push(() => http.onApplicationShutdown());
  return http;
}

function requestTo(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: 'POST',
    url,
    headers: { Authorization: `Bearer ${KEY}` },
    json: { prompt: 'A private garden' },
    firstByteTimeoutMs: 10_000,
    totalTimeoutMs: 10_000,
    maxBytes: 1_000_000,
    ...more,
  };
}

const never = (): AbortSignal => new AbortController().signal;

async function listening<Kind extends Server>(server: Kind, host = '127.0.0.1'): Promise<Kind> {
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A web server that answers as it is told, and its origin. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = await listening(createServer(answer));
  cleanUps.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

/** A server that only notes what reaches it. */
async function canary(host: string): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const server = createTcpServer((socket) => {
    received.push('a connection');
    socket.on('data', (data) => received.push(data.toString()));
    socket.on('error', () => undefined);
  });
  await listening(server, host);
  cleanUps.push(() => server.close());
  return { port: portOf(server), received };
}

async function failureOf(work: Promise<unknown>): Promise<OutboundError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundError)) throw new Error(`Expected an OutboundError, got ${inspect(error)}`);
  // Whoever logs the whole error must not log what was sent.
  const everything = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error.stack);
  expect(everything).not.toMatch(/sk-canary|Bearer|private garden/);
  return error;
}

describe('OutboundHttp', () => {
  it('sends what it is given, and returns the answer whatever its status', async () => {
    const seen: unknown[] = [];
    const origin = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        const { authorization, 'content-type': type, 'accept-encoding': encoding } = request.headers;
        seen.push({ method: request.method, url: request.url, authorization, type, encoding, body });
        response.writeHead(429, { 'x-request-id': 'r1' }).end('slowly');
      });
    });
    const answer = await client().send(requestTo(`${origin}/v1/things`), never());
    expect(answer).toMatchObject({ status: 429, headers: { 'x-request-id': 'r1' } });
    expect(answer.body.toString()).toBe('slowly');
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/v1/things',
        authorization: `Bearer ${KEY}`,
        type: 'application/json',
        encoding: 'identity',
        body: '{"prompt":"A private garden"}',
      },
    ]);
  });

  it('keeps a connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const origin = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const http = client();
    for (let index = 0; index < 3; index += 1) await http.send(requestTo(origin), never());
    expect(ports.size).toBe(1);
  });

  it('follows no redirect, and nothing reaches where it leads', async () => {
    const target = await canary('127.0.0.1');
    for (const status of [301, 302, 303, 307, 308]) {
      const origin = await serve((_, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end(),
      );
      expect((await client().send(requestTo(origin), never())).status).toBe(status);
    }
    expect(target.received).toEqual([]);
  });

  it('uses no proxy, whatever the environment says', async () => {
    const proxy = await canary('127.0.0.1');
    const origin = await serve((_, response) => response.end('direct'));
    const before = { ...process.env };
    cleanUps.push(() => (process.env = before));
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) {
      process.env[name] = `http://127.0.0.1:${proxy.port}`;
    }
    expect((await client().send(requestTo(origin), never())).body.toString()).toBe('direct');
    expect(proxy.received).toEqual([]);
  });
});

describe('OutboundHttp and addresses that are not allowed', () => {
  it.each([
    ['an address', (port: number) => `http://127.0.0.2:${port}/`],
    ['an address over TLS', (port: number) => `https://127.0.0.2:${port}/`],
    ['a name that leads to it', (port: number) => `https://vendor.example:${port}/`],
    ['a name that leads to it, without TLS', (port: number) => `http://gateway.internal:${port}/`],
  ])('sends nothing to %s', async (_, urlOf) => {
    const target = await canary('127.0.0.2');
    const http = client({
      allow: ['127.0.0.1', 'unrelated.internal'],
      resolve: async () => [{ address: '127.0.0.2', family: 4 }],
    });
    const error = await failureOf(http.send(requestTo(urlOf(target.port)), never()));
    expect(error.failure).toBe('refused');
    expect(target.received).toEqual([]);
  });

  it('refuses a name as soon as one of its addresses is forbidden', async () => {
    const target = await canary('127.0.0.1');
    const http = client({
      resolve: async () => [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
    });
    const error = await failureOf(http.send(requestTo(`http://gateway.internal:${target.port}/`), never()));
    expect(error).toMatchObject({ failure: 'refused', code: 'ADDRESS' });
    expect(target.received).toEqual([]);
  });

  it('looks a name up once for each connection, and checks what it connects to', async () => {
    const forbidden = await canary('127.0.0.2');
    const reached: unknown[] = [];
    const server = createServer((request, response) => {
      reached.push(request.headers.authorization);
      response.writeHead(200, { connection: 'close' }).end('{}');
    });
    server.listen(forbidden.port, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    let lookUps = 0;
    // The first answer is harmless, the second is not, and so on.
    const http = client({
      resolve: async () => [{ address: ++lookUps % 2 === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    });
    const url = `http://gateway.internal:${forbidden.port}/`;
    for (let round = 0; round < 3; round += 1) {
      expect((await http.send(requestTo(url), never())).status).toBe(200);
      expect((await failureOf(http.send(requestTo(url), never()))).failure).toBe('refused');
    }
    expect(lookUps).toBe(6);
    expect(reached).toHaveLength(3);
    expect(forbidden.received).toEqual([]);
  });

  it.each([
    ['ENOTFOUND', 'unresolved'],
    ['EAI_AGAIN', 'unreachable'],
  ])('says that a name is unknown: %s', async (code, failure) => {
    const resolve = (): Promise<never> => Promise.reject(Object.assign(new Error('no such name'), { code }));
    const error = await failureOf(client({ resolve }).send(requestTo('https://vendor.example/'), never()));
    expect(error).toMatchObject({ failure, code });
  });
});

describe('OutboundHttp over TLS', () => {
  const serveTls = async (): Promise<{ url: (host: string) => string; received: string[] }> => {
    const received: string[] = [];
    const server = await listening(
      createTlsServer({ key: CERTIFICATE_KEY, cert: CERTIFICATE }, (request, response) => {
        received.push(request.headers.authorization ?? '');
        response.end('secret');
      }),
    );
    cleanUps.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return { url: (host) => `https://${host}:${portOf(server)}/`, received };
  };
  const resolve: Resolver = async () => [{ address: '127.0.0.1', family: 4 }];

  it('sends nothing to a server that can not prove who it is', async () => {
    const { url, received } = await serveTls();
    const error = await failureOf(client({ resolve }).send(requestTo(url('vendor.example')), never()));
    expect(error).toMatchObject({ failure: 'insecure', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(received).toEqual([]);
  });

  it('sends nothing to a server that proves to be another', async () => {
    trustTheTestCertificate();
    const { url, received } = await serveTls();
    const error = await failureOf(client({ resolve }).send(requestTo(url('other.example')), never()));
    expect(error).toMatchObject({ failure: 'insecure', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(received).toEqual([]);
  });

  it('talks to one that proves who it is', async () => {
    trustTheTestCertificate();
    const { url, received } = await serveTls();
    const answer = await client({ resolve }).send(requestTo(url('vendor.example')), never());
    expect(answer.body.toString()).toBe('secret');
    expect(received).toEqual([`Bearer ${KEY}`]);
  });

  it('notices that the other side does not speak TLS', async () => {
    const origin = await serve((_, response) => response.end('plain'));
    const error = await failureOf(client().send(requestTo(origin.replace('http:', 'https:')), never()));
    expect(error.failure).toBe('insecure');
  });
});

describe('OutboundHttp and its limits', () => {
  it('takes as many bytes as it may, and not one more', async () => {
    const origin = await serve((_, response) => response.end(Buffer.alloc(1_000, 65)));
    const http = client();
    expect((await http.send(requestTo(origin, { maxBytes: 1_000 }), never())).body).toEqual(Buffer.alloc(1_000, 65));
    expect((await failureOf(http.send(requestTo(origin, { maxBytes: 999 }), never()))).failure).toBe('too_large');
  });

  it('takes the beginning alone where no more is wanted, however much is announced or comes', async () => {
    const announced = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1e10 });
      response.write(Buffer.alloc(2_000, 65));
    });
    const endless = await serve((_, response) => {
      const push = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 65)));
        if (!response.destroyed) response.once('drain', push);
      };
      push();
    });
    for (const origin of [announced, endless]) {
      const request = requestTo(origin, { maxBytes: 999, beyondMaxBytes: 'leave' });
      expect(await client().send(request, never())).toMatchObject({ status: 200, body: Buffer.alloc(999, 65) });
    }
  });

  it('sends a text byte for byte', async () => {
    const origin = await serve((request, response) => void request.pipe(response));
    const text = '{"2":1, "1": 1.0}\n';
    const { body } = await client().send(requestTo(origin, { json: undefined, text }), never());
    expect(body.toString()).toBe(text);
  });

  it('reaches for another purpose only what that may reach', async () => {
    const origin = await serve((_, response) => response.end());
    const other = client().allowing(new AllowList(['localhost']));
    cleanUps.push(() => other.onApplicationShutdown());
    expect((await failureOf(other.send(requestTo(origin), never()))).failure).toBe('refused');
    const { status } = await other.send(requestTo(origin.replace('127.0.0.1', 'localhost')), never());
    expect(status).toBe(200);
  });

  it('counts while it reads: a body without an end is cut off', async () => {
    const origin = await serve((_, response) => {
      const push = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 65)));
        if (!response.destroyed) response.once('drain', push);
      };
      push();
    });
    const error = await failureOf(client().send(requestTo(origin, { maxBytes: 5_000_000 }), never()));
    expect(error.failure).toBe('too_large');
  });

  it('returns a large body in tiny pieces byte for byte', async () => {
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const origin = await serve((_, response) => {
      for (let start = 0; start < body.length; start += 97) response.write(body.subarray(start, start + 97));
      response.end();
    });
    expect((await client().send(requestTo(origin), never())).body.equals(body)).toBe(true);
  });

  it.each(['announced', 'unannounced'])('has no more than 24 MiB of large bodies at a time, %s', async (how) => {
    const body = Buffer.alloc(1024 * 1024, 65);
    const origin = await serve((_, response) => {
      response.writeHead(200, how === 'announced' ? { 'content-length': String(body.length) } : {}).end(body);
    });
    const http = client({ memoryPatienceMs: 60_000 });
    let held = 0;
    let most = 0;
    const send = async (): Promise<void> => {
      const answer = await http.send(requestTo(origin, { maxBytes: 2 * body.length }), never());
      held += 1;
      most = Math.max(most, held);
      // Everybody who can has got theirs before the first gives it back.
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
      held -= 1;
      http.forget(answer.body);
    };
    await Promise.all(Array.from({ length: 40 }, send));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(24);
  });

  it('unpacks nothing', async () => {
    const packed = Buffer.from('1f8b080000000000000303000000000000000000', 'hex');
    const origin = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
    expect((await client().send(requestTo(origin), never())).body.equals(packed)).toBe(true);
  });

  it.each([
    ['before the answer', 'timeout', () => undefined, { firstByteTimeoutMs: 50 }],
    ['in all', 'timeout', () => undefined, { totalTimeoutMs: 50 }],
    ['after the headers', 'timeout', (response) => response.writeHead(200).flushHeaders(), { totalTimeoutMs: 50 }],
    [
      'while it drips',
      'timeout',
      (response) => {
        const drip = setInterval(() => response.write('.'), 5);
        response.on('close', () => clearInterval(drip));
      },
      { totalTimeoutMs: 100, firstByteTimeoutMs: 90 },
    ],
    ['when it is cut', 'cut_off', (response) => response.write('half', () => response.destroy()), {}],
    ['when it is reset', 'unreachable', (response) => void response.socket?.resetAndDestroy(), {}],
    ['when it is no HTTP', 'cut_off', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n'), {}],
  ] satisfies [string, string, (response: ServerResponse) => unknown, Partial<OutboundRequest>][])(
    'ends the request %s: %s',
    async (_, failure, answer, limits) => {
      const origin = await serve((__, response) => void answer(response));
      expect((await failureOf(client().send(requestTo(origin, limits), never()))).failure).toBe(failure);
    },
  );

  it('gives up connecting in time', async () => {
    // A look-up that never ends is a part of connecting.
    const http = client({ resolve: () => new Promise(() => undefined), connectTimeoutMs: 50 });
    expect(await failureOf(http.send(requestTo('https://vendor.example/'), never()))).toMatchObject({
      failure: 'timeout',
      code: 'CONNECT',
    });
  });

  it('says that nobody listens', async () => {
    const port = portOf(await closed(await listening(createTcpServer())));
    const error = await failureOf(client().send(requestTo(`http://127.0.0.1:${port}/`), never()));
    expect(error).toMatchObject({ failure: 'unreachable', code: 'ECONNREFUSED' });
  });

  it.each([
    ['before the answer', () => undefined],
    ['in the body', (response: ServerResponse) => response.write('half')],
  ])('lets go at once when it is called off %s, connection included', async (_, answer) => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<undefined>();
    const { promise: gone, resolve: leave } = Promise.withResolvers<undefined>();
    const origin = await serve((__, response) => {
      response.on('close', () => leave(undefined));
      answer(response);
      reach(undefined);
    });
    const controller = new AbortController();
    const outcome = failureOf(client().send(requestTo(origin), controller.signal));
    await reached;
    controller.abort();
    expect((await outcome).failure).toBe('aborted');
    await gone;
  });

  it('does not start what has been called off before', async () => {
    const target = await canary('127.0.0.1');
    const outcome = client().send(requestTo(`http://127.0.0.1:${target.port}/`), AbortSignal.abort());
    expect((await failureOf(outcome)).failure).toBe('aborted');
    expect(target.received).toEqual([]);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** @returns a server that still knows where it listened */
async function closed<Kind extends Server>(server: Kind): Promise<Kind> {
  const address = server.address();
  server.close();
  await once(server, 'close');
  return Object.assign(server, { address: () => address });
}

function trustTheTestCertificate(): void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, CERTIFICATE]);
  cleanUps.push(() => tls.setDefaultCACertificates(before));
}
