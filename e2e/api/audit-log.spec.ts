import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AuditEntry,
  AuditExportTicket,
  AuditPage,
  AuditVerification,
  Problem,
  IssuedApiKey,
  IssuedWebhook,
  User,
} from '@atelier/contracts';
import { ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { ADMIN, type Server, startServer } from '../support/server.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('the audit log', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  async function read(query: Record<string, string | number> = {}): Promise<AuditEntry[]> {
    const { status, body } = await admin.get<AuditPage>('/admin/audit-log', { query: { limit: 100, ...query } });
    expect(status).toBe(200);
    return body.data;
  }

  const newest = async (action: string): Promise<AuditEntry | undefined> => (await read({ action }))[0];

  it('tells who changed a setting, from where, and what it was', async () => {
    const answer = await admin.put('/admin/studio/settings', {
      credit_price_premium4: '6',
      image_gen_provider: 'auto',
      initial_credits: '90',
    });
    expect(answer.status).toBe(200);

    const ofPrice = await read({ target_type: 'settings', target_id: 'credit_price_premium4' });
    expect(ofPrice).toHaveLength(1);
    expect(ofPrice[0]).toMatchObject({
      actor: { name: expect.any(String), api_key_id: null, api_key_name: null },
      action: 'settings.change',
      target: { type: 'settings', id: 'credit_price_premium4', name: null },
      before: { credit_price_premium4: '4' },
      after: { credit_price_premium4: '6' },
      result: 'success',
      address: '127.0.0.1',
      user_agent: 'node',
      request_id: answer.headers.get('x-request-id'),
    });
    const changed = await read({ action: 'settings.change' });
    expect(changed.map(({ target }) => target?.id)).toEqual(['initial_credits', 'credit_price_premium4']);
    await admin.put('/admin/studio/settings', { credit_price_premium4: '6' });
    await admin.put('/admin/studio/settings', { credit_price_premium4: 'free' });
    expect(await read({ action: 'settings.change' })).toHaveLength(changed.length);
  });

  it('has every grant, user, key and account, with what was done with which key', async () => {
    const { id } = await createMember(server, admin, 5);
    const key = await admin.post<IssuedApiKey>('/api-keys', { name: 'Ops', scopes: ['admin:credits', 'admin:users'] });
    const program = withToken(server, key.body.key);
    await program.post('/admin/credits/grants', { user_id: id, amount: 7, reason: 'a good cause' });
    await program.patch(`/admin/users/${id}`, { name: 'Anna' });
    await admin.patch(`/admin/users/${id}`, { role: 'admin' });
    await admin.post<User>('/admin/service-accounts', { name: 'Shop' });
    await admin.patch(`/api-keys/${key.body.id}`, { name: 'Shop', monthly_credit_limit: 3 });
    await admin.post(`/api-keys/${key.body.id}/rotate`, { grace_seconds: 60 });
    await admin.delete(`/api-keys/${key.body.id}`);

    expect(await newest('credits.grant')).toMatchObject({
      ...{ actor: { api_key_id: key.body.id, api_key_name: 'Shop' } },
      target: { type: 'credit_account', id: String(id), name: 'Anna' },
      ...{ after: { amount: 7 }, detail: 'a good cause' },
    });
    expect(await read({ action: 'user.change' })).toMatchObject([
      { actor: { api_key_id: null }, before: { role: 'member' }, after: { role: 'admin' } },
      { actor: { api_key_id: key.body.id }, after: { name: 'Anna' } },
    ]);
    expect(await newest('user.create')).toMatchObject({ after: { kind: 'service', name: 'Shop' } });
    expect((await read({ api_key_id: key.body.id })).map(({ action }) => action)).toEqual([
      'user.change',
      'credits.grant',
    ]);
    const ofKey = await read({ target_type: 'api_key', target_id: key.body.id });
    // As it was called at each moment, although it was renamed, and revoked in the end.
    expect(ofKey.map(({ target }) => target?.name)).toEqual(['Shop', 'Shop', 'Shop', 'Ops']);
    expect(ofKey.map(({ action, after }) => [action, after])).toEqual([
      ['api_key.revoke', null],
      ['api_key.rotate', { secret: 'changed', grace_seconds: 60 }],
      ['api_key.change', { name: 'Shop', monthly_credit_limit: 3 }],
      ['api_key.create', expect.objectContaining({ scopes: ['admin:credits', 'admin:users'] })],
    ]);
    expect(JSON.stringify(await read())).not.toContain(key.body.key.slice(20));
  });

  it('has changed keys of providers, but never the keys', async () => {
    const change = (api_key: string | null) => admin.put('/admin/providers/openai/credentials', { api_key });
    for (const key of ['sk-the-first-of-all-keys-1234', 'sk-the-second-of-the-keys-1234', null])
      expect((await change(key)).status).toBe(200);

    const entries = await read({ action: 'provider_credentials.change', target_id: 'openai' });
    expect(entries.map(({ before, after }) => [before, after])).toEqual([
      [{ api_key: 'ends in 1234' }, { api_key: 'changed: none' }],
      [{ api_key: 'ends in 1234' }, { api_key: 'changed: ends in 1234' }],
      [{ api_key: 'none' }, { api_key: 'changed: ends in 1234' }],
    ]);
    expect(JSON.stringify(await read())).not.toMatch(/sk-the-/);
  });

  it('has sign-ins and what was refused', async () => {
    const { id, email, password } = await createMember(server, admin, 0);
    await anonymous(server).post('/auth/login', { email, password: 'not the password at all' });
    await anonymous(server).post('/auth/login', { email: 'nobody@atelier.test', password: 'not the password at all' });
    await (await signIn(server, { email, password })).get('/admin/users');

    const refused = await read({ result: 'refused' });
    expect(refused.slice(0, 3).map(({ action, actor, target, detail }) => ({ action, actor, target, detail }))).toEqual(
      [
        {
          action: 'access.refuse',
          actor: expect.objectContaining({ id }),
          target: { type: 'route', id: 'GET /api/v1/admin/users', name: null },
          detail: 'You are not allowed to do this.',
        },
        { action: 'session.begin', actor: null, target: null, detail: 'There is no such user.' },
        {
          action: 'session.begin',
          actor: null,
          target: { type: 'user', id: String(id), name: expect.any(String) },
          detail: expect.stringContaining('password'),
        },
      ],
    );
    expect((await read({ actor_id: id })).map(({ action }) => action)).toEqual([
      'access.refuse',
      'session.begin',
      'user.accept',
    ]);
    expect(JSON.stringify(refused)).not.toMatch(/nobody@atelier\.test|not the password at all/);
  });

  it('names webhooks by what they are for, or where they lead, also when they are gone', async () => {
    const events = ['generation.failed'];
    const url = 'https://shop.example/hooks/a-secret-path?token=a-secret';
    const plain = await admin.post<IssuedWebhook>('/webhooks', { url, events });
    const described = await admin.post<IssuedWebhook>('/webhooks', { url, events, description: 'Orders' });
    await admin.patch(`/webhooks/${described.body.id}`, { description: 'Orders of the shop' });
    for (const { body } of [plain, described]) await admin.delete(`/webhooks/${body.id}`);

    const namesOf = async (id: string): Promise<unknown[]> =>
      (await read({ target_type: 'webhook', target_id: id })).map(({ action, target }) => [action, target?.name]);
    expect(await namesOf(plain.body.id)).toEqual([
      ['webhook.delete', 'shop.example'],
      ['webhook.create', 'shop.example'],
    ]);
    expect(await namesOf(described.body.id)).toEqual([
      ['webhook.delete', 'Orders of the shop'],
      ['webhook.change', 'Orders of the shop'],
      ['webhook.create', 'Orders'],
    ]);
  });

  it('has what programs call themselves as one line of bounded length', async () => {
    const program = new ApiClient(server.origin, { 'user-agent': `=1+1 shop/1.0\t(${'x'.repeat(400)}` });
    await program.post('/auth/login', ADMIN);
    const [entry] = await read({ action: 'session.begin' });
    expect(entry?.user_agent).toBe(`=1+1 shop/1.0 (${'x'.repeat(285)}`);
    const sheet = await admin.raw('/api/v1/admin/audit-log/export?format=csv&action=session.begin');
    expect((await sheet.text()).split('\r\n')[1]).toContain(`,'=1+1 shop/1.0 (x`);
  });

  it('tells what the server did by itself from what nobody known asked for', async () => {
    await anonymous(server).post('/auth/login', { email: 'nobody@atelier.test', password: 'not the password at all' });
    const entries = await read({ actor_id: 'system' });
    expect(entries.map(({ action }) => action)).toContain('user.create');
    for (const { actor, address } of entries) expect({ actor, address }).toEqual({ actor: null, address: null });
  });

  it('finds what came from an address', async () => {
    const addresses = new Set((await read({ address: '127.0.0.1' })).map(({ address }) => address));
    expect([...addresses]).toEqual(['127.0.0.1']);
    expect(await read({ address: '192.0.2.99' })).toEqual([]);
  });

  it('is read page by page and by time, each entry once', async () => {
    const all = await read();
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string | number> = { limit: 3, ...(cursor === null ? {} : { cursor }) };
      const { body }: { body: AuditPage } = await admin.get<AuditPage>('/admin/audit-log', { query });
      seen.push(...body.data.map(({ sequence }) => sequence));
      cursor = body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(all.map(({ sequence }) => sequence));
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));

    const middle = all[Math.floor(all.length / 2)]?.at ?? '';
    const since = await read({ from: middle });
    expect([...since, ...(await read({ to: middle }))]).toEqual(all);
    const refused: Record<string, string>[] = [
      { action: 'nothing' },
      { from: 'yesterday' },
      { cursor: 'x' },
      { actor_id: 'me' },
      { api_key_id: 'x' },
      { foo: '1' },
    ];
    for (const query of refused)
      expect([query, (await admin.get('/admin/audit-log', { query })).status]).toEqual([query, 422]);
  });

  it('is exported whole, for spreadsheets and for programs', async () => {
    const all = await read();
    const lines = await admin.raw('/api/v1/admin/audit-log/export');
    expect(lines.headers.get('content-type')).toMatch(/^application\/jsonl/);
    expect(
      (await lines.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEntry),
    ).toEqual(all);

    const sheet = await admin.raw('/api/v1/admin/audit-log/export?format=csv&action=user.create');
    expect(sheet.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-log-\d{4}-\d{2}-\d{2}\.csv"$/,
    );
    const rows = (await sheet.text()).trim().split('\r\n');
    expect(rows).toHaveLength(1 + (await read({ action: 'user.create' })).length);
  });

  it('is downloaded by a browser with a ticket, which is good once and for nothing else', async () => {
    const ticketOf = async (client = admin): Promise<string> => {
      const { status, body, headers } = await client.post<AuditExportTicket>('/admin/audit-log/export/tickets');
      expect({ status, expires: body.expires_in, cache: headers.get('cache-control') }).toEqual({
        ...{ status: 201, expires: 60, cache: 'no-store' },
      });
      return body.ticket;
    };
    const asBrowser = (path: string) => anonymous(server).raw(`/api/v1${path}`);
    const ticket = await ticketOf();
    const stream = await asBrowser(`/studio/events?ticket=${ticket}`);
    expect([stream.status, ((await stream.json()) as Problem).code]).toEqual([401, 'auth.ticket_invalid']);
    expect((await asBrowser(`/admin/audit-log?ticket=${ticket}`)).status).toBe(401);

    const file = await asBrowser(`/admin/audit-log/export?format=csv&action=user.create&ticket=${ticket}`);
    expect(file.status).toBe(200);
    expect(file.headers.get('cache-control')).toBe('no-store');
    expect((await file.text()).trim().split('\r\n')).toHaveLength(1 + (await read({ action: 'user.create' })).length);
    const again = await asBrowser(`/admin/audit-log/export?format=csv&action=user.create&ticket=${ticket}`);
    expect([again.status, ((await again.json()) as Problem).code]).toEqual([401, 'auth.ticket_invalid']);

    // What it may is what its owner may at that moment.
    const other = await createMember(server, admin, 0);
    await admin.patch(`/admin/users/${other.id}`, { role: 'admin' });
    const promoted = await signIn(server, { email: other.email, password: other.password });
    const theirs = await ticketOf(promoted);
    await admin.patch(`/admin/users/${other.id}`, { role: 'member' });
    expect((await asBrowser(`/admin/audit-log/export?ticket=${theirs}`)).status).toBe(401);
    expect(server.logs()).not.toContain('ticket=');
  });

  it('proves that nothing was changed, to administrators and on the command line', async () => {
    const { body } = await admin.get<AuditVerification>('/admin/audit-log/verification');
    const [last] = await read();
    expect(body).toEqual({ entries_checked: last?.sequence, broken_at: null, last_hash: last?.hash });

    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'backend', 'dist', 'maintenance', 'verify-audit.js')],
      {
        env: {
          ...process.env,
          DATA_DIR: server.dataDir,
          ...(server.databaseUrl && { DATABASE_URL: server.databaseUrl }),
        },
      },
    );
    expect(stdout).toBe(`The audit log is whole: ${last?.sequence} entries, the last has the hash ${last?.hash}.\n`);
  });

  it('begins with the first administrator', async () => {
    const [first] = (await read()).toReversed();
    expect(first).toMatchObject({ sequence: 1, actor: null, action: 'user.create', after: { email: ADMIN.email } });
  });
});
