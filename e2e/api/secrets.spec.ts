import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreatedUser } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { openSession, refresh, sessionFrom } from '../support/cookies.js';
import { makeImage } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { signedLink } from '../support/forgery.js';

const WRONG_PASSWORD = 'canary-wrong-password-88';
const WEAK_PASSWORD = 'canary-weak-1';
const NEW_PASSWORD = 'canary-new-password-31-tulip';
const PROMPT = 'canary prompt about a private garden';

describe('secrets', () => {
  let server: Server;
  let admin: ApiClient;
  /** What must not be found, by name. */
  const secrets = new Map<string, string>();
  /** Every answer of a busy day, as text. */
  const answers: string[] = [];

  const keep = ({ body }: { body: unknown }): void => void answers.push(JSON.stringify(body ?? null));

  beforeAll(async () => {
    server = await startServer({ env: { LOG_LEVEL: 'trace' } });
    admin = await signIn(server);
    const { client, id, email, password } = await createMember(server, admin, 20);
    const session = await openSession(server, { email, password });
    const second = sessionFrom(await refresh(server, session.refreshToken));
    const invited = await admin.post<CreatedUser>('/admin/users', { email: 'invited@atelier.test', name: 'Invited' });
    const image = await makeImage(client, { prompt: PROMPT });
    const link = new URL(image.image_url, server.origin);
    await anonymous(server).raw(image.image_url);
    await anonymous(server).raw(signedLink(server, image.image_url, 1_000_000_000));

    for (const answer of [
      await anonymous(server).post('/auth/login', { email, password: WRONG_PASSWORD }),
      await anonymous(server).post('/auth/login', { email, password: [WRONG_PASSWORD] }),
      await anonymous(server).post('/auth/login', `{"email":"a","password":"${WRONG_PASSWORD}`),
      await anonymous(server).post('/auth/setup', { token: WRONG_PASSWORD, email, name: 'X', password: NEW_PASSWORD }),
      await anonymous(server).post('/auth/invitation', { token: WRONG_PASSWORD, password: NEW_PASSWORD }),
      await admin.post('/admin/users', { email: 'weak@atelier.test', name: 'W', password: WEAK_PASSWORD }),
      await withToken(server, second.accessToken).post('/auth/password', {
        current_password: password,
        new_password: WEAK_PASSWORD,
      }),
      await client.post('/studio/generate', { prompt: `${PROMPT} [mock:fail=bad_response]`, tier: 'standard' }),
      await client.post('/studio/generate', { prompt: `${PROMPT}\u0000`, tier: 'standard' }),
      await client.post('/studio/generate', { prompt: `${PROMPT} [mock:body=html]`, tier: 'standard' }),
      await client.get('/auth/me'),
      await admin.get('/admin/users'),
      await admin.get('/admin/studio/settings'),
      await admin.get('/admin/credits/audit'),
      await client.get('/credits/entries'),
    ])
      keep(answer);
    const changed = await withToken(server, second.accessToken).post('/auth/password', {
      current_password: password,
      new_password: NEW_PASSWORD,
    });
    expect(changed.status).toBe(200);
    await anonymous(server).post('/auth/logout', undefined, {
      headers: { cookie: `atelier_refresh=${second.refreshToken}` },
    });
    expect((await admin.patch(`/admin/users/${id}`, { status: 'disabled' })).status).toBe(200);

    const entries: [string, string][] = [
      ["the administrator's password", ADMIN.password],
      ['a password', password],
      ['a wrong password', WRONG_PASSWORD],
      ['a weak password', WEAK_PASSWORD],
      ['a new password', NEW_PASSWORD],
      ['an access token', session.accessToken],
      ['a signature of an access token', second.accessToken.split('.')[2]!],
      ['a refresh token', session.refreshToken],
      ['the next refresh token', second.refreshToken],
      ['an invitation', invited.body.invitation_url!.split('#token=')[1]!],
      ['the signature of a link', link.searchParams.get('signature')!],
      ['the master key', (await readFile(join(server.dataDir, 'secret.key'), 'utf8')).trim()],
    ];
    for (const [name, secret] of entries) secrets.set(name, secret);
  });

  afterAll(() => server.dispose());

  it('are not in the log, at the most talkative level', () => {
    const logs = server.logs();
    expect(logs).toContain('/api/v1/auth/login');
    expect(logs).toContain('/static/generated/');
    for (const [name, secret] of secrets) expect([name, logs.includes(secret)]).toEqual([name, false]);
    expect(logs).not.toMatch(/argon2id/);
    if (server.databaseUrl) expect(logs).not.toContain(`:${new URL(server.databaseUrl).password}@`);
  });

  it('and nobody reads in the log what people wish for', () => {
    expect(server.logs()).not.toContain('private garden');
  });

  it('are not in answers, nor are hashes, paths or SQL', () => {
    expect(answers.length).toBeGreaterThan(10);
    for (const text of answers) {
      for (const [name, secret] of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
      expect(text).not.toMatch(
        /argon2|password_?hash|token_?hash|session_?version|SELECT |INSERT |node_modules|\.js:\d+/i,
      );
      expect(text).not.toContain(server.dataDir);
    }
  });

  it('are not in the description of the API', async () => {
    const text = JSON.stringify((await ApiDocument.of(server.origin)).document);
    for (const [name, secret] of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
    expect(text).not.toMatch(/password_?hash|token_?hash|session_?version/i);
  });

  it('are not on the disk in clear', async () => {
    for (const file of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.name === 'secret.key') continue;
      const content = await readFile(join(file.parentPath, file.name));
      for (const [name, secret] of secrets)
        expect([file.name, name, content.includes(secret)]).toEqual([file.name, name, false]);
    }
  });
});
