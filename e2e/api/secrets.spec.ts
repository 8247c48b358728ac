import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  AdminProviders,
  AuditExportTicket,
  CreatedUser,
  ProviderTestResult,
  StreamTicket,
} from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeS3, startFakeS3 } from '../../backend/test/fake-s3/index.ts';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { openSession, refresh, sessionFrom } from '../support/cookies.js';
import { type EchoVendor, startEchoVendor } from '../support/echo-vendor.js';
import { makeImage } from '../support/generations.js';
import { runMaintenance } from '../support/maintenance.js';
import { createMember } from '../support/members.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { signedLink } from '../support/forgery.js';
import { WORKSPACE } from '../support/server-process.js';
import { databasePassword, derivedKeys, useKey, useWebhook } from '../support/planted-secrets.js';
import { changeSettings } from '../support/settings.js';
import { tamper } from '../support/tampering.js';

const WRONG_PASSWORD = 'canary-wrong-password-88';
const WEAK_PASSWORD = 'canary-weak-1';
const CHOSEN_PASSWORD = 'canary-chosen-password-52-otter';
const NEW_PASSWORD = 'canary-new-password-31-tulip';
const PROMPT = 'canary prompt about a private garden';

/** Keys of vendors: of the environment, entered in the console, and entered but refused. */
const ENVIRONMENT_KEY = 'hf_canaryOfTheEnvironment5c1d';
const FILE_KEY = 'canary-key-from-a-file-90aa';
const CONSOLE_KEYS = { openai: 'sk-canary-entered-3kF9', ollama: 'canaryKeyOfOllama77b2' };
const REFUSED_KEY = 'canary-refused-key-e41f';

/** Most of it is hashing passwords and asking vendors that refuse; a machine may have other work as well. */
const BUSY_DAY_MS = 180_000;

describe('secrets', () => {
  let server: Server;
  let admin: ApiClient;
  let vendor: EchoVendor;
  let bucket: FakeS3;
  let work: string;
  /** What must not be found, by name. */
  const secrets = new Map<string, string>();
  /** Every answer of a busy day, as text. */
  const answers: string[] = [];

  const keep = ({ body }: { body: unknown }): void => void answers.push(JSON.stringify(body ?? null));

  beforeAll(async () => {
    [vendor, bucket] = await Promise.all([startEchoVendor(), startFakeS3()]);
    work = await mkdtemp(join(tmpdir(), 'atelier-secrets-'));
    await writeFile(join(work, 'key'), `${FILE_KEY}\n`);
    server = await startServer({
      env: {
        ...bucket.environment,
        LOG_LEVEL: 'trace',
        OUTBOUND_ALLOW: '127.0.0.1',
        WEBHOOK_ALLOW: '127.0.0.1',
        HUGGINGFACE_API_KEY: ENVIRONMENT_KEY,
        HUGGINGFACE_BASE_URL: vendor.baseUrl,
        OPENAI_COMPATIBLE_API_KEY_FILE: join(work, 'key'),
        OPENAI_COMPATIBLE_BASE_URL: vendor.baseUrl,
      },
    });
    admin = await signIn(server);
    await changeSettings(admin, { image_gen_provider: 'mock' });
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
      await admin.post('/admin/users', { email: 'chosen@atelier.test', name: 'C', password: CHOSEN_PASSWORD }),
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
    await useVendors(client);
    const [program, leaving] = [await useKey(server, client, answers), await useKey(server, client, answers)];
    const webhook = await useWebhook(client, `${vendor.baseUrl}/hooks`);
    expect((await client.delete(`/api-keys/${leaving.id}`)).status).toBe(204);
    const { ticket } = (await client.post<StreamTicket>('/studio/events/tickets')).body;
    expect((await client.raw(`/api/v1/studio/events?ticket=${ticket}&last_event_id=nonsense`)).status).toBe(400);
    const download = (await admin.post<AuditExportTicket>('/admin/audit-log/export/tickets')).body.ticket;
    expect((await anonymous(server).raw(`/api/v1/admin/audit-log/export?ticket=${download}&limit=1`)).status).toBe(422);
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
      ['a password that was chosen for somebody', CHOSEN_PASSWORD],
      ['a wrong password', WRONG_PASSWORD],
      ['a weak password', WEAK_PASSWORD],
      ['a new password', NEW_PASSWORD],
      ['an access token', session.accessToken],
      ['a signature of an access token', second.accessToken.split('.')[2]!],
      ['a refresh token', session.refreshToken],
      ['the next refresh token', second.refreshToken],
      ['an invitation', invited.body.invitation_url!.split('#token=')[1]!],
      ['the signature of a link', link.searchParams.get('signature')!],
      ['an API key', program.secret],
      ['the key before it', program.former],
      ['a revoked key', leaving.secret],
      ["a webhook's secret", webhook.secret],
      ["a webhook's secret before it", webhook.former],
      ['the ticket of a stream', ticket],
      ['the ticket of a download', download],
      ["the bucket's secret", bucket.environment['S3_SECRET_ACCESS_KEY']!],
      ...derivedKeys(server),
      ...databasePassword(server),
      ['the master key', (await readFile(join(server.dataDir, 'secret.key'), 'utf8')).trim()],
      ['a key of the environment', ENVIRONMENT_KEY],
      ['a key of a file', FILE_KEY],
      ["OpenAI's key", CONSOLE_KEYS.openai],
      ["Ollama's key", CONSOLE_KEYS.ollama],
      ['a refused key', REFUSED_KEY],
    ];
    for (const [name, secret] of entries) {
      expect([name, secret.length > 5]).toEqual([name, true]);
      secrets.set(name, secret);
    }
    await keepWhatIsRead(program.id, webhook.id);
  }, BUSY_DAY_MS);

  afterAll(async () => {
    await server.dispose();
    await vendor.close();
    await bucket.close();
    await rm(work, { recursive: true });
  });

  /** Enters keys well and badly, and has every vendor asked that there is, all of which tell the key that they got. */
  async function useVendors(client: ApiClient): Promise<void> {
    for (const [key, api_key] of Object.entries(CONSOLE_KEYS)) {
      const change = { api_key, base_url: vendor.baseUrl };
      const entered = await admin.put(`/admin/providers/${key}/credentials`, change);
      expect(entered).toMatchObject({ status: 200, body: { has_key: true, key_last4: api_key.slice(-4) } });
      keep(entered);
    }
    for (const change of [
      { api_key: `${REFUSED_KEY} ${REFUSED_KEY}` },
      { base_url: `https://${REFUSED_KEY}@gateway.example` },
      { base_url: `https://gateway.example/?key=${REFUSED_KEY}` },
      { api_key: [REFUSED_KEY] },
      { [REFUSED_KEY.slice(0, 6)]: REFUSED_KEY },
      `{"api_key":"${REFUSED_KEY}`,
    ]) {
      const refused = await admin.put('/admin/providers/openai/credentials', change);
      expect([400, 422]).toContain(refused.status);
      keep(refused);
    }
    const { providers } = (await admin.get<AdminProviders>('/admin/providers')).body;
    const asked = providers.filter(({ connection }) => connection?.base_url === vendor.baseUrl);
    expect(asked.map(({ key }) => key).sort()).toEqual(expect.arrayContaining(['huggingface', 'ollama', 'openai']));
    for (const { key, kind } of asked) {
      for (vendor.status of [401, 200, 429, 302, 500]) {
        keep(await admin.post<ProviderTestResult>(`/admin/providers/${key}/test`));
      }
      vendor.status = 401;
      if (kind !== 'enhancer') {
        const failed = await client.post('/studio/generate', { prompt: PROMPT, tier: 'standard', provider: key });
        expect([422, 502]).toContain(failed.status);
        keep(failed);
      }
      if (kind !== 'image') {
        await changeSettings(admin, { prompt_enhancer_provider: key });
        const failed = await client.post('/studio/enhance-prompt', { prompt: PROMPT });
        expect(failed.status).toBeGreaterThanOrEqual(500);
        keep(failed);
      }
    }
    for (const key of [ENVIRONMENT_KEY, ...Object.values(CONSOLE_KEYS)]) expect(vendor.received).toContain(key);
    keep(await admin.get('/admin/providers'));
    for (const path of ['/metrics', '/nothing/here', `/api/v1/admin/providers/${REFUSED_KEY.slice(0, 6)}`]) {
      answers.push(await (await admin.raw(path)).text());
    }
    // A failure of the database carries the statement and its values.
    await tamper(server, 'ALTER TABLE generation RENAME TO generation_away');
    const broken = await client.post('/studio/generate', { prompt: PROMPT, tier: 'standard' });
    expect(broken.status).toBe(500);
    keep(broken);
    await tamper(server, 'ALTER TABLE generation_away RENAME TO generation');
  }

  /** Whatever tells of keys, webhooks and what was done; nothing but the answer that made a secret may show it. */
  async function keepWhatIsRead(keyId: string, webhookId: string): Promise<void> {
    for (const path of [
      ...['/api-keys', `/api-keys/${keyId}`, '/admin/audit-log?limit=100', '/auth/sessions', '/webhooks'],
      ...[`/webhooks/${webhookId}`, `/webhooks/${webhookId}/deliveries`, '/admin/audit-log/export'],
    ])
      answers.push(await (await admin.raw(`/api/v1${path}`)).text());
  }

  it('are not in the log, at the most talkative level', () => {
    const logs = server.logs();
    expect(logs).toContain('/api/v1/auth/login');
    expect(logs).toContain('/static/generated/');
    for (const [name, secret] of secrets) expect([name, logs.includes(secret)]).toEqual([name, false]);
    expect(logs).toContain('QueryFailedError');
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

  it('are not in what is shown where nothing is, nor in the console or anything that comes with it', async () => {
    for (const path of ['/', '/login', '/nothing/here', '/api/v1/nothing', '/v1/nothing', '/api/docs', '/%']) {
      const page = await admin.raw(path, { headers: { accept: 'text/html' } });
      const text = await page.text();
      expect([path, text.length > 0]).toEqual([path, true]);
      for (const [name, secret] of secrets) expect([path, name, text.includes(secret)]).toEqual([path, name, false]);
    }
    await expectNoSecretIn(join(WORKSPACE, 'admin-console', 'dist'));
    await expectNoSecretIn(join(WORKSPACE, 'docs'));
  });

  it('are not in the bucket', () => {
    const keys = bucket.bucket.keys;
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      const content = bucket.bucket.contentOf(key)!;
      for (const [name, secret] of secrets) expect([key, name, content.includes(secret)]).toEqual([key, name, false]);
    }
  });

  it('are not in a backup, its manifest or what it prints', async () => {
    const folder = join(work, 'backup');
    const { code, output } = await runMaintenance('backup', folder, {
      ...bucket.environment,
      DATA_DIR: server.dataDir,
      ...(server.databaseUrl === null ? {} : { DATABASE_URL: server.databaseUrl }),
    });
    expect(code).toBe(0);
    expect(output).toContain('The master key is not in it');
    expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toContain('"vendor_connection"');
    for (const [name, secret] of secrets) expect([name, output.includes(secret)]).toEqual([name, false]);
    await expectNoSecretIn(folder);
  });

  it('are not on the disk in clear', async () => {
    await expectNoSecretIn(server.dataDir);
  });

  async function expectNoSecretIn(folder: string): Promise<void> {
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.name === 'secret.key') continue;
      const content = await readFile(join(file.parentPath, file.name));
      for (const [name, secret] of secrets)
        expect([file.name, name, content.includes(secret)]).toEqual([file.name, name, false]);
    }
  }
});
