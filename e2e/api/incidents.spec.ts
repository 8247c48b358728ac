import type { ApiKey, Balance, IssuedApiKey, Me, User, UserPage } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { type Member, createMember } from '../support/members.js';
import { plainRequest } from '../support/plain-request.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';

/**
 * What has gone wrong in products of this kind, tried here. docs/security.md lists all of it, also what other suites try.
 */
describe('what went wrong elsewhere', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer({ env: { LOG_LEVEL: 'debug' } });
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  async function issue(owner: ApiClient, request: object = {}): Promise<IssuedApiKey> {
    const wish = { name: 'A program', scopes: ['credits:read'], ...request };
    const { status, body } = await owner.post<IssuedApiKey>('/api-keys', wish);
    expect(status).toBe(201);
    return body;
  }

  it('a key that is SQL is a wrong key, also where its refusal is written down', async () => {
    const { key, id } = await issue(admin);
    const hostile = [
      `atl_${id}' OR '1'='1`,
      `atl_${id}_' UNION SELECT secret_hash FROM api_key --`,
      `atl_'; DROP TABLE api_key; --`,
      `atl_${id}%27%20OR%201=1`,
      `atl_${id}_${'A'.repeat(49)}`,
      `atl_${id.toUpperCase()}${key.slice(16)}`,
      `${key}\t' OR 1=1`,
      `atl_${'\u00ff'.repeat(20)}`,
      `atl_${'x'.repeat(12_000)}`,
    ];
    for (const path of ['/api/v1/credits/balance', '/v1/models']) {
      for (const token of hostile) {
        const answer = await plainRequest(server, { path, headers: { authorization: `Bearer ${token}` } });
        expect([token, answer.status]).toEqual([token, 401]);
        expect(answer.text).not.toMatch(/sql|select|syntax|secret_hash/i);
      }
    }
    expect((await withToken(server, key).get('/credits/balance')).status).toBe(200);
    expect(server.logs()).not.toMatch(/SQLITE_ERROR|ER_PARSE_ERROR|QueryFailedError/);
  });

  it('a scope that means everything can not be had, and none can be added', async () => {
    const member = await createMember(server, admin, 0);
    for (const scopes of [
      ['*'],
      ['/*'],
      ['admin:*'],
      ['admin:settings'],
      ['generate', 'admin:users'],
      [],
      ['generate', 7],
    ])
      expectProblem(await member.client.post('/api-keys', { name: 'X', scopes }), 422, 'request.invalid');
    const { id } = await issue(member.client);
    const raised = await member.client.patch(`/api-keys/${id}`, { scopes: ['credits:read', 'admin:users'] });
    expectProblem(raised, 422, 'request.invalid');
    expect((await member.client.get<ApiKey>(`/api-keys/${id}`)).body.scopes).toEqual(['credits:read']);
  });

  it('a key makes, changes and ends no key, not even itself', async () => {
    const { key, id } = await issue(admin, { scopes: ['admin:users', 'admin:settings', 'credits:read'] });
    const program = withToken(server, key);
    const refused = [
      await program.post('/api-keys', { name: 'Larger', scopes: ['generate'] }),
      await program.patch(`/api-keys/${id}`, { expires_at: null }),
      await program.post(`/api-keys/${id}/rotate`, { grace_seconds: 0 }),
      await program.delete(`/api-keys/${id}`),
    ];
    for (const answer of refused) expectProblem(answer, 403, 'auth.api_key_scope');
    expect((await program.get('/credits/balance')).status).toBe(200);
  });

  it('nobody raises themselves by a field that they were not asked for', async () => {
    const member = await createMember(server, admin, 3);
    const before = (await member.client.get<Me>('/auth/me')).body;
    const fields: Record<string, unknown> = {
      ...{ role: 'admin', status: 'active', kind: 'service', id: 1, user_id: 1, email: 'admin@atelier.test' },
      ...{ password_hash: 'x', session_version: 0, sessionVersion: 0, credits: 1e6, available: 1e6, scopes: ['*'] },
      ...{ is_admin: true, permissions: ['*'], created_at: 0, last_active_at: 0, tenant_id: 1 },
    };
    for (const [field, value] of Object.entries(fields)) {
      const answer = await member.client.patch('/auth/me', { name: 'Me', [field]: value });
      expect([field, answer.status]).toEqual([field, 422]);
    }
    for (const [field, value] of [
      ['__proto__', '{"role":"admin"}'],
      ['constructor', '{"prototype":{"role":"admin"}}'],
    ]) {
      const answer = await member.client.patch('/auth/me', `{"name":"Me","${field}":${value}}`);
      expectProblem(answer, 422, 'request.invalid');
    }
    expectProblem(await member.client.patch(`/admin/users/${member.id}`, { role: 'admin' }), 403, 'auth.forbidden');
    expect((await member.client.get<Me>('/auth/me')).body).toEqual(before);
  });

  it('who manages one account manages no other', async () => {
    const [one, other] = [await createMember(server, admin, 0), await createMember(server, admin, 0)];
    const { id } = await issue(one.client);
    for (const answer of [
      await other.client.get(`/api-keys/${id}`),
      await other.client.patch(`/api-keys/${id}`, { name: 'Mine now' }),
      await other.client.post(`/api-keys/${id}/rotate`, { grace_seconds: 0 }),
      await other.client.delete(`/api-keys/${id}`),
    ])
      expectProblem(answer, 404, 'api_keys.not_found');
    expectProblem(await other.client.get(`/api-keys?user_id=${one.id}`), 403, 'auth.forbidden');
    const forThem = await other.client.post('/api-keys', { name: 'X', scopes: ['generate'], user_id: one.id });
    expectProblem(forThem, 403, 'auth.forbidden');
    expectProblem(await other.client.post('/admin/service-accounts', { name: 'Mine' }), 403, 'auth.forbidden');
  });

  it('what was found out about one caller is never told or charged to another', async () => {
    const people = await Promise.all([1, 2, 3].map((credits) => createMember(server, admin, credits)));
    const callers = await Promise.all(
      people.map(async (person, index) => {
        const program = withToken(server, (await issue(person.client)).key);
        return { person, program, credits: index + 1 };
      }),
    );
    const ask = async ({ person, program, credits }: { person: Member; program: ApiClient; credits: number }) => {
      const [me, mine, theirs] = await Promise.all([
        person.client.get<Me>('/auth/me'),
        person.client.get<Balance>('/credits/balance'),
        program.get<Balance>('/credits/balance'),
      ]);
      return [me.body.id === person.id, mine.body.available === credits, theirs.body.available === credits];
    };
    const answers = await Promise.all(Array.from({ length: 120 }, (_, index) => ask(callers[index % 3]!)));
    expect(answers.flat().every(Boolean)).toBe(true);
  });

  it('what tests a connection takes no order from whoever asks', async () => {
    const orders = {
      command: 'id',
      base_url: 'http://127.0.0.1:1',
      api_key: 'sk-x',
      args: ['-c'],
      url: 'file:///etc/passwd',
    };
    const plain = await admin.post<object>('/admin/providers/openai/test');
    const answer = await admin.post<object>('/admin/providers/openai/test', orders);
    expect([answer.status, answer.body]).toEqual([200, plain.body]);
    expect(plain.body).toMatchObject({ ok: false });
    for (const key of ['../openai', '%2e%2e%2fopenai', 'openai;id', '$(id)', '__proto__', 'constructor']) {
      const odd = await admin.raw(`/api/v1/admin/providers/${encodeURIComponent(key)}/test`, { method: 'POST' });
      expect([key, [404, 422].includes(odd.status)]).toEqual([key, true]);
    }
  });

  it('a form with files is taken by no route, whatever its fields are called', async () => {
    const boundary = 'edge';
    const part = (name: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="../../x.png"\r\nContent-Type: image/png\r\n\r\nx\r\n`;
    const body = `${part('a[b]')}${part('a')}${part('__proto__[x]')}--${boundary}--\r\n`;
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    for (const path of ['/api/v1/studio/generate', '/api/v1/studio/enhance-prompt']) {
      const answer = await admin.raw(path, { method: 'POST', headers, body });
      expect([path, answer.status]).toEqual([path, 415]);
    }
    const atTheDoor = await anonymous(server).raw('/api/v1/auth/login', { method: 'POST', headers, body });
    expect(atTheDoor.status).toBe(403);
  });

  it('a route beside a guarded one lists nothing', async () => {
    for (const path of [
      '/static',
      '/static/',
      '/static/generated',
      '/static/generated/2026/',
      '/api',
      '/api/v1',
      '/v1',
      '/api/v1/gallery',
      '/data',
      '/.env',
      '/.git/config',
    ]) {
      const answer = await plainRequest(server, { path, headers: { accept: 'application/json' } });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it('no answer names more of a user than it is meant to', async () => {
    const { body } = await admin.get<UserPage>('/admin/users', { query: { limit: 100 } });
    const allowed = ['id', 'kind', 'email', 'name', 'role', 'status', 'credits', 'created_at', 'last_active_at'];
    for (const user of body.data satisfies User[])
      expect(Object.keys(user).filter((name) => !allowed.includes(name))).toEqual([]);
  });
});
