import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiKeyScope, IssuedApiKey } from '@atelier/contracts';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { until } from '../support/until.js';
import { AUTHORISATION_MATRIX, SCOPES } from './authorisation-matrix.js';

/** Ids of nothing: whoever gets in is told so, or that the body is missing, and changes nothing. */
const EXAMPLES: Record<string, string> = {
  year: '2026',
  month: '01',
  day: '01',
  file: 'user-1-0123456789ab.png',
  user_id: '999999',
  delivery_id: `msg_${'0'.repeat(32)}`,
};

const STREAM = /\/events$/;

type Verdict = 'in' | 'not signed in' | 'not allowed' | 'wrong scope' | 'invalid key';

const VERDICTS: Record<string, Verdict> = {
  'auth.required': 'not signed in',
  'auth.token_invalid': 'not signed in',
  'auth.token_expired': 'not signed in',
  'auth.forbidden': 'not allowed',
  'auth.api_key_scope': 'wrong scope',
  'auth.api_key_invalid': 'invalid key',
};

describe('who may do what', () => {
  let server: Server;
  let admin: ApiClient;
  let member: ApiClient;
  let document: ApiDocument;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = (await createMember(server, admin, 0)).client;
    document = await ApiDocument.of(server.origin);
  });

  afterAll(() => server.dispose());

  const operations = (): { method: string; path: string }[] =>
    document.operations().map(({ method, path }) => ({ method: method.toUpperCase(), path }));

  function filled(path: string): string {
    const id = path.includes('/users/') ? '999999' : path.includes('/api-keys/') ? '0'.repeat(12) : NO_ID;
    return path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'id' ? id : (EXAMPLES[name] ?? name)));
  }

  async function verdict(client: ApiClient, { method, path }: { method: string; path: string }): Promise<Verdict> {
    const over = new AbortController();
    const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
    const answer = await client.raw(filled(path), {
      method,
      signal: over.signal,
      headers: { accept: 'application/json', ...(hasBody ? { 'content-type': 'application/json' } : {}) },
      // No schema takes this, so nothing is changed by whoever is let in.
      ...(hasBody ? { body: '{"unknown_field":true}' } : {}),
    });
    if (STREAM.test(path) && answer.ok) {
      over.abort();
      return 'in';
    }
    const text = await answer.text();
    const code = /"code":"([a-z_.]+)"/.exec(text)?.[1] ?? '';
    // OpenAI's API has one word for all of these.
    if (code === 'invalid_api_key') return text.includes('API key') ? 'invalid key' : 'not signed in';
    return VERDICTS[code] ?? 'in';
  }

  async function table(client: ApiClient): Promise<Record<string, Verdict>> {
    const rows: Record<string, Verdict> = {};
    for (const operation of operations())
      rows[`${operation.method} ${operation.path}`] = await verdict(client, operation);
    return rows;
  }

  const expected = (decide: (access: (typeof AUTHORISATION_MATRIX)[string]) => Verdict): Record<string, Verdict> =>
    Object.fromEntries(
      Object.entries(AUTHORISATION_MATRIX).map(([operation, access]) => [
        operation,
        access.session === 'anyone' ? 'in' : decide(access),
      ]),
    );

  async function issue(owner: ApiClient, scopes: readonly ApiKeyScope[], more: object = {}): Promise<IssuedApiKey> {
    const { status, body } = await owner.post<IssuedApiKey>('/api-keys', { name: 'A program', scopes, ...more });
    expect(status).toBe(201);
    return body;
  }

  it('is written down for every operation', () => {
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual(Object.keys(AUTHORISATION_MATRIX).sort());
  });

  it('nobody: only what is open', async () => {
    expect(await table(anonymous(server))).toEqual(expected(() => 'not signed in'));
  });

  it('a member: everything but what is for administrators', async () => {
    expect(await table(member)).toEqual(expected(({ session }) => (session === 'admin' ? 'not allowed' : 'in')));
  });

  it('an administrator: everything', async () => {
    expect(await table(admin)).toEqual(expected(() => 'in'));
  });

  it.each(SCOPES)('an administrator’s key with the scope %s: what takes this scope', async (scope) => {
    const { key } = await issue(admin, [scope]);
    expect(await table(withToken(server, key))).toEqual(
      expected((access) => (access.key === scope ? 'in' : 'wrong scope')),
    );
  });

  it('a member’s key with all scopes that it can have: what takes them, and nothing of the administrators', async () => {
    const mine = SCOPES.filter((scope) => !scope.startsWith('admin:'));
    const { key } = await issue(member, mine);
    expect(await table(withToken(server, key))).toEqual(
      expected(({ session, key: scope }) => (session === 'user' && scope !== 'none' ? 'in' : 'wrong scope')),
    );
  });

  it('the key of an administrator who is one no more: nothing of the administrators', async () => {
    const former = await createMember(server, admin, 0);
    expect((await admin.patch(`/admin/users/${former.id}`, { role: 'admin' })).status).toBe(200);
    const { key } = await issue(await signIn(server, { email: former.email, password: former.password }), SCOPES);
    expect((await admin.patch(`/admin/users/${former.id}`, { role: 'member' })).status).toBe(200);
    expect(await table(withToken(server, key))).toEqual(
      expected(({ session, key: scope }) =>
        scope === 'none' ? 'wrong scope' : session === 'admin' ? 'not allowed' : 'in',
      ),
    );
  });

  it('a revoked key, an expired one, one of a disabled user, and one that never was: only what is open', async () => {
    const revoked = await issue(admin, SCOPES);
    expect((await admin.delete(`/api-keys/${revoked.id}`)).status).toBe(204);
    const brief = await issue(admin, SCOPES, { expires_at: new Date(Date.now() + 8_000).toISOString() });
    const gone = await createMember(server, admin, 0);
    const theirs = await issue(gone.client, ['generate']);
    expect((await admin.patch(`/admin/users/${gone.id}`, { status: 'disabled' })).status).toBe(200);
    await until(async () => {
      const { body } = await admin.get<IssuedApiKey>(`/api-keys/${brief.id}`);
      return body.status === 'expired' ? true : undefined;
    });

    for (const key of [revoked.key, brief.key, theirs.key, `${revoked.key.slice(0, -1)}_`, 'atl_'])
      expect(await table(withToken(server, key))).toEqual(expected(() => 'invalid key'));
    expect(await table(gone.client)).toEqual(expected(() => 'not signed in'));
  });
});

const NO_ID = '01a2075f-1b95-7062-9f31-d87ab03ab2a3';
