import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { createMember } from '../support/members.js';
import { plainRequest } from '../support/plain-request.js';
import { type Server, startServer } from '../support/server.js';

/** All that is open to everyone. A route that joins this list must be meant to. */
const PUBLIC = [
  'GET /api/v1/auth/setup',
  'GET /health/live',
  'GET /health/ready',
  'GET /static/generated/{year}/{month}/{day}/{file}',
  'POST /api/v1/auth/invitation',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/logout',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/setup',
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];

/** Values for the parameters in paths. */
const PARAMETERS: Record<string, string> = {
  year: '2026',
  month: '01',
  day: '01',
  file: 'user-1-0123456789ab.png',
  id: '01a2075f-1b95-7062-9f31-d87ab03ab2a3',
  user_id: '1',
  delivery_id: 'msg_01a2075f1b9570629f31d87ab03ab2a3',
  key: 'openai',
};
const filled = (path: string): string =>
  path
    .replace('/users/{id}', '/users/1')
    .replace(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? `no example for ${name}`);

/** The same path written in other ways, by which a careless server is led past its guard. */
const DISGUISES: [name: string, disguise: (path: string) => string][] = [
  ['a trailing slash', (path) => `${path}/`],
  ['a double slash in front', (path) => `/${path}`],
  ['a double slash inside', (path) => path.replace('/v1/', '/v1//')],
  ['a dot segment', (path) => path.replace('/v1/', '/v1/./')],
  ['an escaped dot segment', (path) => path.replace('/v1/', '/v1/%2e/')],
  ['a way through a public route', (path) => `/health/live/..${path}`],
  ['an escaped way through a public route', (path) => `/health/live/%2e%2e%2f..${path}`],
  ['an escaped slash', (path) => path.replace('/v1/', '/v1%2f')],
  ['an escaped letter', (path) => path.replace('/api', '/%61pi')],
  ['upper case', (path) => path.toUpperCase()],
  ['a path parameter', (path) => `${path};a=b`],
  ['an ending', (path) => `${path}.json`],
  ['an escaped NUL', (path) => `${path}%00`],
  ['an escaped line break', (path) => `${path}%0a`],
  ['a query', (path) => `${path}?access_token=x&token=x&user=1`],
  ['an absolute address', (path) => `http://health.test/health/live${path}`],
];

const MISLEADING_HEADERS: [name: string, headers: Record<string, string>][] = [
  ['a Host that is a path', { host: 'localhost/health/live?' }],
  ['a foreign Host', { host: 'evil.test' }],
  ['an overridden method', { 'x-http-method-override': 'GET' }],
  ['a rewritten address', { 'x-original-url': '/health/live', 'x-rewrite-url': '/health/live' }],
  [
    'a forwarded address',
    { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-prefix': '/health', 'x-real-ip': '127.0.0.1' },
  ],
  ['a name and a password', { authorization: `Basic ${Buffer.from('admin@atelier.test:x').toString('base64')}` }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['a user id', { 'x-user-id': '1', 'x-user-role': 'admin', 'remote-user': 'admin' }],
  ['a cookie', { cookie: 'atelier_refresh=x; session=admin; access_token=x' }],
];

describe('without credentials', () => {
  let server: Server;
  let admin: ApiClient;
  let document: ApiDocument;

  const guarded = () =>
    document
      .operations()
      .map(({ method, path }) => ({ method: method.toUpperCase(), path }))
      .filter(({ method, path }) => !PUBLIC.includes(`${method} ${path}`))
      .map(({ method, path }) => ({ method, path: filled(path) }));
  // As a program asks: an address that is no route is then not answered with the console's page.
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    plainRequest(server, { method, path, headers: { accept: 'application/json', ...headers } });

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    document = await ApiDocument.of(server.origin);
  });

  afterAll(() => server.dispose());

  it('nothing is open but what is meant to be', async () => {
    const open: string[] = [];
    for (const { method, path } of document.operations()) {
      const { status, text } = await ask(method.toUpperCase(), filled(path));
      if (status === 401 && /"code":"(auth.required|invalid_api_key)"/.test(text)) continue;
      open.push(`${method.toUpperCase()} ${path}`);
    }
    expect(open.sort()).toEqual(PUBLIC);
  });

  it('a guarded operation says so and nothing else', async () => {
    for (const { method, path } of guarded()) {
      const { status, headers, text } = await ask(method, path);
      expect([method, path, status]).toEqual([method, path, 401]);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      if (path.startsWith('/v1/')) {
        expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_api_key', type: 'invalid_request_error' } });
        continue;
      }
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(JSON.parse(text)).toMatchObject({ code: 'auth.required', request_id: headers.get('x-request-id') });
    }
  });

  it('every other method of every path is refused', async () => {
    const operations = new Set(document.operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`));
    const paths = [...new Set(document.operations().map(({ path }) => path))];
    for (const path of paths) {
      for (const method of METHODS) {
        const asGet = method === 'HEAD' ? 'GET' : method;
        if (PUBLIC.includes(`${asGet} ${path}`)) continue;
        const { status } = await ask(method, filled(path));
        expect([method, path, status]).toEqual([method, path, operations.has(`${asGet} ${path}`) ? 401 : 404]);
      }
    }
  });

  it.each(DISGUISES)('%s leads nowhere', async (_, disguise) => {
    for (const { method, path } of guarded()) {
      for (const asked of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
        const { status } = await ask(asked, disguise(path));
        expect([asked, disguise(path), [400, 401, 404].includes(status) ? 'refused' : status]).toEqual([
          asked,
          disguise(path),
          'refused',
        ]);
      }
    }
  });

  it.each(MISLEADING_HEADERS)('%s leads nowhere', async (_, headers) => {
    for (const { method, path } of guarded()) {
      const { status } = await ask(method, path, headers);
      expect([method, path, [400, 401].includes(status) ? 'refused' : status]).toEqual([method, path, 'refused']);
    }
  });

  it('a page of the console is never an answer of the API', async () => {
    for (const { path } of guarded().filter(({ method }) => method === 'GET')) {
      for (const [, disguise] of DISGUISES) {
        const { status, headers, text } = await plainRequest(server, {
          path: disguise(path),
          headers: { accept: '*/*' },
        });
        if (status !== 200) continue;
        expect([headers.get('content-type')?.split(';')[0], text.includes('<app-root')]).toEqual(['text/html', true]);
      }
    }
  });

  it('a member gets into no route of the administrators', async () => {
    const member = await createMember(server, admin, 0);
    const routes = document.operations().filter(({ path }) => path.startsWith('/api/v1/admin/'));
    expect(routes.length).toBeGreaterThan(6);
    for (const { method, path } of routes) {
      const answer = await member.client.raw(filled(path), { method: method.toUpperCase() });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(await answer.json()).toMatchObject({ code: 'auth.forbidden', charged: false });
    }
  });
});
