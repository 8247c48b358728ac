import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { AdminProvider, AdminProviders, ProviderConnection, ProviderTestResult } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { makeImage } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';

const API_KEY = 'sk-canary-entered-in-the-console-3kF9';

describe('keys and addresses of providers', () => {
  let fake: FakeOpenAI;
  let canary: HttpServer;
  /** The headers of every request that arrived where none should carry a key. */
  const arrived: NodeJS.Dict<string | string[]>[] = [];
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  const enter = (change: Record<string, string | null>, key = 'openai') =>
    admin.put<ProviderConnection>(`/admin/providers/${key}/credentials`, change);
  const test = (key = 'openai') => admin.post<ProviderTestResult>(`/admin/providers/${key}/test`);
  const find = async (wanted: string): Promise<AdminProvider | undefined> =>
    (await admin.get<AdminProviders>('/admin/providers')).body.providers.find(({ key }) => key === wanted);

  beforeAll(async () => {
    fake = await FakeOpenAI.start({ apiKey: API_KEY });
    canary = createServer((request, response) => {
      arrived.push(request.headers);
      response.writeHead(404).end('{}');
    }).listen(0, '127.0.0.1');
    await once(canary, 'listening');
    server = await startServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
    admin = await signIn(server);
    member = await createMember(server, admin, 20);
  });

  afterAll(async () => {
    await server.dispose();
    await fake.stop();
    canary.closeAllConnections();
    canary.close();
  });

  it('are entered by administrators, and work from the next request on', async () => {
    expect(await find('openai')).toMatchObject({ status: 'not_configured', connection: { has_key: false } });
    const entered = await enter({ base_url: `${fake.baseUrl}/`, api_key: ` ${API_KEY}\n` });
    expect(entered).toMatchObject({
      status: 200,
      body: { base_url: fake.baseUrl, base_url_source: 'console', has_key: true, key_last4: '3kF9' },
    });

    const tested = await test();
    expect(tested).toMatchObject({ status: 200, body: { ok: true, latency_ms: expect.any(Number) } });
    expect(tested.body).toMatchObject({ models: expect.arrayContaining(['gpt-image-2.6-flare']) });
    expect(await makeImage(member.client, { prompt: 'a fox', provider: 'openai' })).toMatchObject({
      provider: 'openai',
    });
    expect(await find('openai')).toMatchObject({ status: 'ready', health: { state: 'ok', last_error: null } });
  });

  it('outlast a restart, and are for administrators alone', async () => {
    server = await server.restart();
    admin = await signIn(server);
    expect(await test()).toMatchObject({ body: { ok: true } });
    const { client } = member;
    expectProblem(await client.get('/admin/providers'), 403, 'auth.forbidden');
    expectProblem(await client.put('/admin/providers/openai/credentials', { api_key: null }), 403, 'auth.forbidden');
    expectProblem(await client.post('/admin/providers/openai/test'), 403, 'auth.forbidden');
  });

  it('are refused with a sentence where they can not be used', async () => {
    const problem = expectProblem(
      await enter({ api_key: 'two words', base_url: 'http://169.254.169.254/v1' }),
      422,
      'providers.credentials_invalid',
    );
    expect(problem.errors?.map(({ path }) => path)).toEqual(['api_key', 'base_url']);
    expectProblem(await enter({ api_key: API_KEY }, 'huggingface'), 422, 'providers.credentials_invalid');
    expectProblem(await enter({ api_key: API_KEY }, 'mock'), 422, 'providers.connection_fixed');
    expectProblem(await enter({ api_key: API_KEY }, 'dalle'), 404, 'providers.not_found');
    expectProblem(await enter({}), 422, 'request.invalid');
    expectProblem(await test('dalle'), 404, 'providers.not_found');
    expect(await find('openai')).toMatchObject({ connection: { has_key: true, base_url: fake.baseUrl } });
  });

  it('that are wrong are told in the vendor’s own terms', async () => {
    await enter({ api_key: 'sk-canary-wrong-0000' });
    const { status, body } = await test();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: false,
      category: 'auth_failed',
      retryable: false,
      http_status: 401,
      provider_code: 'invalid_api_key',
      request_id: expect.stringMatching(/^req_fake_\d+$/),
    });
    expect(JSON.stringify(body)).not.toContain('sk-canary');
  });

  it('never arrive at another address than the one that they were entered for', async () => {
    await enter({ api_key: API_KEY });
    const elsewhere = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/v1`;
    expect(await enter({ base_url: elsewhere })).toMatchObject({ body: { base_url: elsewhere, has_key: false } });

    expect(await test()).toMatchObject({ status: 200, body: { ok: false, category: 'auth_failed' } });
    // A server that wants no key is asked all the same.
    await enter({ base_url: elsewhere }, 'ollama');
    expect(await test('ollama')).toMatchObject({ status: 200, body: { ok: false, http_status: 404 } });
    await changeSettings(admin, { image_gen_provider: 'auto' });
    expect(await makeImage(member.client, { prompt: 'a fox' })).toMatchObject({ provider: 'mock' });

    expect(arrived.length).toBeGreaterThan(0);
    expect(JSON.stringify(arrived)).not.toMatch(/sk-canary|authorization/i);
    expect(await enter({ base_url: null })).toMatchObject({ body: { base_url_source: 'default', has_key: false } });
  });

  it('are tested a few times a minute and no more', async () => {
    let refused = await test('ollama');
    for (let count = 0; count < 12 && refused.status === 200; count += 1) refused = await test('ollama');
    const problem = expectProblem(refused, 429, 'providers.test_throttled');
    expect(problem.retryable).toBe(true);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await test('huggingface')).status).toBe(200);
  });
});
