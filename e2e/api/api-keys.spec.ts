import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiKey, ApiKeyPage, Balance, Generation, IssuedApiKey, User, UserPage } from '@atelier/contracts';
import { type ApiClient, problemOf, signIn, withToken } from '../support/api-client.js';
import { OpenStream } from '../support/event-stream.js';
import { createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, expectNothingMoved } from '../support/standing.js';

describe('API keys', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  async function issue(owner: ApiClient, request: object): Promise<IssuedApiKey> {
    const { status, body } = await owner.post<IssuedApiKey>('/api-keys', { name: 'A program', ...request });
    expect(status).toBe(201);
    return body;
  }

  const generate = (client: ApiClient, prompt = 'a harbour', count = 1) =>
    client.post<Generation>('/studio/generate', { prompt, tier: 'standard', provider: 'mock', count });

  it('a service account makes an image with a key, pays for it, and outlives whoever made it', async () => {
    const maker = await createMember(server, admin, 0);
    expect((await admin.patch(`/admin/users/${maker.id}`, { role: 'admin' })).status).toBe(200);
    const their = await signIn(server, { email: maker.email, password: maker.password });
    const { status, body: account } = await their.post<User>('/admin/service-accounts', { name: 'Shop', credits: 5 });
    expect([status, account.kind, account.status]).toEqual([201, 'service', 'active']);
    const issued = await issue(their, { scopes: ['generate', 'images:read', 'credits:read'], user_id: account.id });
    const program = withToken(server, issued.key);

    const made = await generate(program);
    expect([made.status, made.body.status, made.body.credits.charged]).toEqual([201, 'succeeded', 1]);
    expect(await balanceOf(program)).toMatchObject({ available: 4, consumed: 1 });
    expect((await program.get('/studio/my-creations')).body).toMatchObject({ total: 1 });

    expect((await admin.patch(`/admin/users/${maker.id}`, { status: 'disabled' })).status).toBe(200);
    expect((await generate(program)).status).toBe(201);
    const users = await admin.get<UserPage>('/admin/users', { query: { limit: 100 } });
    expect(users.body.data.find(({ id }) => id === account.id)).toMatchObject({ kind: 'service', name: 'Shop' });
    const keys = await admin.get<ApiKeyPage>('/api-keys', { query: { user_id: account.id } });
    expect(keys.body.data).toMatchObject([{ id: issued.id, credits_this_month: 2, status: 'active' }]);
    expect(JSON.stringify(keys.body)).not.toContain(issued.key);
  });

  it('a key spends no more in a month than it may, however many ask at the same time; failures do not count', async () => {
    const { client } = await createMember(server, admin, 100);
    const issued = await issue(client, { scopes: ['generate'], monthly_credit_limit: 10 });
    const program = withToken(server, issued.key);

    const failed = await generate(program, 'a harbour [mock:fail=content_rejected]', 8);
    expect(problemOf(failed).code).toBe('provider.content_rejected');
    const answers = await Promise.all(Array.from({ length: 50 }, () => generate(program)));
    const refused = answers.filter(({ status }) => status === 402);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(refused.map((answer) => problemOf(answer).code)).toEqual(refused.map(() => 'credits.key_limit_reached'));
    expect(refused).toHaveLength(40);

    expect(await balanceOf(client)).toMatchObject({ available: 90, held: 0, consumed: 10 });
    expect((await client.get<ApiKey>(`/api-keys/${issued.id}`)).body.credits_this_month).toBe(10);
    // The limit is the key's: the person goes on, and so does the key with another limit.
    expect((await generate(client)).status).toBe(201);
    await client.patch(`/api-keys/${issued.id}`, { monthly_credit_limit: 11 });
    expect((await generate(program)).status).toBe(201);
    await expectBooksInOrder(admin);
  });

  it('a program retries blindly with a key and an Idempotency-Key, and pays once', async () => {
    const { client } = await createMember(server, admin, 5);
    const { key } = await issue(client, { scopes: ['generate'] });
    const send = () =>
      withToken(server, key).post<Generation>(
        '/studio/generate',
        { prompt: 'a harbour', tier: 'standard', provider: 'mock' },
        { headers: { 'idempotency-key': 'order-1' } },
      );

    const answers = await Promise.all([send(), send(), send()]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await client.get<Balance>('/credits/balance')).body).toMatchObject({ available: 4, consumed: 1 });
  });

  it('events are followed with a key until it is revoked', async () => {
    const { client } = await createMember(server, admin, 5);
    const { key, id } = await issue(client, { scopes: ['generate'] });
    const stream = await OpenStream.open(withToken(server, key), '/studio/events');
    try {
      expect((await generate(client)).status).toBe(201);
      await stream.event('generation.succeeded');
      expect((await client.delete(`/api-keys/${id}`)).status).toBe(204);
      const again = await withToken(server, key).raw('/api/v1/studio/events');
      expect(again.status).toBe(401);
    } finally {
      stream.close();
    }
  });

  it.each([
    [{}, 'name'],
    [{ name: 'X', scopes: [] }, 'scopes'],
    [{ name: 'X', scopes: ['generate', 'generate'] }, 'scopes'],
    [{ name: 'X', scopes: ['everything'] }, 'scopes.0'],
    [{ name: 'X', scopes: ['generate'], expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'X', scopes: ['generate'], expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'X', scopes: ['generate'], monthly_credit_limit: -1 }, 'monthly_credit_limit'],
    [{ name: 'X', scopes: ['generate'], allowed_addresses: ['10.0.0.0/40'] }, 'allowed_addresses.0'],
    [{ name: 'X', scopes: ['generate'], allowed_addresses: ['localhost'] }, 'allowed_addresses.0'],
    [{ name: 'X', scopes: ['generate'], role: 'admin' }, ''],
  ])('%j is refused, naming %j', async (request, path) => {
    const { client } = await createMember(server, admin, 0);
    const answer = await expectNothingMoved(client, () => client.post('/api-keys', request));
    expect(answer.status).toBe(422);
    expect(problemOf(answer).errors?.map((error) => error.path)).toContain(path);
    expect((await client.get<ApiKeyPage>('/api-keys')).body.data).toEqual([]);
  });

  it('a change can not touch scopes, owner or secret', async () => {
    const { client } = await createMember(server, admin, 0);
    const issued = await issue(client, { scopes: ['generate'] });
    for (const change of [
      { scopes: ['generate', 'images:read'] },
      { user_id: 1 },
      { secret_hash: '0'.repeat(64) },
      { revoked_at: null },
      { name: 'X', created_by: 1 },
    ]) {
      expect((await client.patch(`/api-keys/${issued.id}`, change)).status).toBe(422);
    }
    const { key: _, ...unchanged } = issued;
    expect((await client.get(`/api-keys/${issued.id}`)).body).toEqual(unchanged);
  });
});
