import { request } from 'node:http';
import { connect } from 'node:net';

/** Whom the requests are sent to, and what somebody with bad intentions may have got hold of. */
export interface Target {
  readonly port: number;
  /** An access token of a member, who is as hostile as anybody. */
  readonly token: string;
  /** Of a generation that belongs to somebody else. */
  readonly foreignId: string;
}

interface Attempt {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** What the internet sends, and what a member could. None of it may be answered with a 5xx, or change anything. */
const ATTEMPTS: ((target: Target, number: number) => Attempt)[] = [
  () => ({ path: '/api/v1/credits/balance', headers: { authorization: "Bearer atl_' OR '1'='1" } }),
  () => ({ path: '/v1/models', headers: { authorization: `Bearer atl_${'x'.repeat(6_000)}` } }),
  () => ({ path: `/api/v1/auth/me?${'a&'.repeat(3_000)}` }),
  () => ({ path: `/static/generated/2026/01/01/..%2f..%2f..%2f..%2fsecret.key` }),
  () => ({ path: '/health/live', headers: { 'x-book': 'x'.repeat(20_000) } }),
  (_, number) => login({ email: `somebody-${number}@atelier.test`, password: 'a guess that is wrong' }),
  () => login({ email: ['a'], password: { $ne: null } }),
  ({ token }) => generate(token, `{"prompt":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  ({ token }) => generate(token, JSON.stringify({ prompt: 'x'.repeat(300_000), tier: 'standard' })),
  ({ token }) => generate(token, JSON.stringify({ prompt: 'a', tier: 'standard', count: 1e9 })),
  ({ token }) => generate(token, '{"prompt":"a","tier":"standard","__proto__":{"role":"admin"}}'),
  ({ token }) => generate(token, '{"prompt":'),
  ({ token }) => ({ path: '/api/v1/studio/my-creations?limit=-1', headers: bearer(token) }),
  ({ token, foreignId }) => ({ path: `/api/v1/studio/generations/${foreignId}`, headers: bearer(token) }),
  ({ token, foreignId }) => ({
    ...{ method: 'POST', path: `/api/v1/studio/generations/${foreignId}/cancel`, headers: bearer(token) },
  }),
  ({ token }) => ({ path: '/api/v1/admin/users', headers: bearer(token) }),
];

/** Sends the request of that number; resolves with its status, or with 0 when the connection was ended without one. */
export function sendHostile(target: Target, number: number): Promise<number> {
  // Now and then somebody begins to send and goes away.
  if (number % (ATTEMPTS.length + 1) === ATTEMPTS.length) return breakOff(target);
  const attempt = ATTEMPTS[number % (ATTEMPTS.length + 1)]?.(target, number);
  if (!attempt) return Promise.reject(new RangeError(`There is no attempt of number ${number}`));
  const { method = 'GET', path, headers = {}, body } = attempt;
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port: target.port, method, path, headers, agent: false };
    const sent = request(options, (response) => {
      response
        .on('error', () => resolve(0))
        .on('close', () => resolve(response.statusCode ?? 0))
        .resume();
    });
    sent.on('error', () => resolve(0)).end(body);
  });
}

function breakOff({ port }: Target): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"em',
      );
      socket.destroySoon();
    });
    socket
      .on('error', () => undefined)
      .on('close', () => resolve(0))
      .resume();
  });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const login = (body: object): Attempt => ({
  ...{ method: 'POST', path: '/api/v1/auth/login', headers: JSON_TYPE, body: JSON.stringify(body) },
});

const generate = (token: string, body: string): Attempt => ({
  ...{ method: 'POST', path: '/api/v1/studio/generate', headers: { ...JSON_TYPE, ...bearer(token) }, body },
});
