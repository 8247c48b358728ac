import type { Generation, ProblemCode, ProviderTestResult, StudioOptions } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeHuggingFace } from '../../backend/test/fakes/huggingface/fake-huggingface.mjs';
import { makePicture } from '../../backend/test/fakes/pictures.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { onlyImage, startImages } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';
import { until } from '../support/until.js';

const TOKEN = 'hf_canary77d1';
const WISH = { prompt: 'a private garden', tier: 'standard', provider: 'huggingface' } as const;
const PICTURE_BYTES = 60_000;

const NSCALE = 'nscale:black-forest-labs/FLUX.1-schnell';
const FAL = 'fal-ai:fal-ai/flux/dev';

/** How the router or its queue fails, what the person is told, and how many images are ordered for it. */
const FAILURES: [model: string, fault: string, status: number, code: ProblemCode, orders: number][] = [
  [NSCALE, 'content_policy_violation', 422, 'provider.content_rejected', 1],
  [NSCALE, 'credits_depleted', 502, 'provider.quota_exhausted', 1],
  [NSCALE, 'invalid_token', 502, 'provider.auth_failed', 1],
  [NSCALE, 'no_permission', 502, 'provider.auth_failed', 1],
  [NSCALE, 'model_not_supported', 502, 'provider.invalid_request', 1],
  [NSCALE, 'redirect', 502, 'provider.invalid_request', 1],
  [NSCALE, 'rate_limited_briefly', 503, 'provider.rate_limited', 3],
  [NSCALE, 'server_error', 502, 'provider.unavailable', 3],
  [NSCALE, 'gateway_timeout', 504, 'provider.timeout', 2],
  [NSCALE, 'empty_data', 502, 'provider.bad_response', 2],
  [NSCALE, 'image_truncated', 502, 'provider.bad_response', 2],
  [FAL, 'nsfw', 422, 'provider.content_rejected', 1],
  [FAL, 'result_content_policy', 422, 'provider.content_rejected', 1],
  [FAL, 'media_metadata', 502, 'provider.bad_response', 2],
  [FAL, 'media_redirect', 502, 'provider.bad_response', 2],
];

describe('images by Hugging Face', () => {
  let fake: FakeHuggingFace;
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  let modelInForce = NSCALE;

  beforeAll(async () => {
    fake = await FakeHuggingFace.start({ pictureBytes: PICTURE_BYTES, apiKey: TOKEN });
    server = await startServer({
      env: {
        HUGGINGFACE_API_KEY: TOKEN,
        HUGGINGFACE_BASE_URL: fake.baseUrl,
        OUTBOUND_ALLOW: '127.0.0.1',
        LOG_LEVEL: 'trace',
      },
    });
    admin = await signIn(server);
    member = await createMember(server, admin, 1_000);
  });

  afterEach(() => fake.reset());

  afterAll(async () => {
    await server.dispose();
    await fake.stop();
  });

  async function useModel(model: string): Promise<void> {
    if (model !== modelInForce) await changeSettings(admin, { provider_huggingface_standard_model: model });
    modelInForce = model;
  }

  it('are offered once there is a token, in the tiers that have a model', async () => {
    const { body } = await member.client.get<StudioOptions>('/studio/options');
    expect(body.providers.find(({ key }) => key === 'huggingface')).toMatchObject({
      status: 'ready',
      tiers: ['standard'],
      supports: { seed: false },
    });
  });

  it('can be expected when the test of the connection says so', async () => {
    const test = async () => (await admin.post<ProviderTestResult>('/admin/providers/huggingface/test')).body;
    expect(await test()).toMatchObject({ ok: true, models: expect.arrayContaining(['openai/gpt-oss-20b']) });
    fake.permissions = ['repo.content.read'];
    expect(await test()).toMatchObject({
      ok: false,
      category: 'auth_failed',
      message: expect.stringContaining('Make calls to Inference Providers'),
    });
    expect(fake.imageRequests).toBe(0);
  });

  it.each([NSCALE, FAL])('are stored byte for byte and charged once: %s', async (model) => {
    await useModel(model);
    const before = await balanceOf(member.client);
    const answer = await member.client.post<Generation>('/studio/generate', WISH);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-attempts')).toBe('1');
    const image = onlyImage(answer.body);
    expect(image).toMatchObject({ provider: 'huggingface', model, credits_spent: 1, width: 1024, height: 1024 });
    const stored = Buffer.from(await (await member.client.raw(image.image_url)).arrayBuffer());
    expect(stored.equals(makePicture({ width: 1024, height: 1024 }, PICTURE_BYTES))).toBe(true);
    expect(fake.imageRequests).toBe(1);
    expect(await balanceOf(member.client)).toMatchObject({ available: before.available - 1, held: 0 });
  });

  it.each(FAILURES)('are not charged when it fails: %s, %s', async (model, fault, status, code, orders) => {
    await useModel(model);
    fake.failAlways(fault);
    const before = await balanceOf(member.client);
    const problem = expectProblem(await member.client.post('/studio/generate', WISH), status, code);
    expect(JSON.stringify(problem)).not.toMatch(/hf_|Bearer|fake-user|flagged input|169\.254/);
    expect(fake.imageRequests).toBe(orders);
    expect(await balanceOf(member.client)).toEqual(before);
  });

  it('are called off, and the credits let go, as soon as they are canceled', async () => {
    await useModel(FAL);
    fake.failAlways('never_done');
    const before = await balanceOf(member.client);
    const { id } = await startImages(member.client, WISH);
    await until(async () => (fake.requests.some(({ path }) => path.endsWith('/status')) ? true : undefined));
    expect((await member.client.post(`/studio/generations/${id}/cancel`)).status).toBe(200);
    expect(await balanceOf(member.client)).toEqual(before);
    await until(async () => (fake.canceledJobs.length === 1 ? true : undefined));
  });

  it('are refused in a tier that nobody makes, before anything is held or asked', async () => {
    const before = await balanceOf(member.client);
    const answer = await member.client.post('/studio/generate', { ...WISH, tier: 'premium4' });
    expectProblem(answer, 422, 'studio.provider_incapable');
    expect(await balanceOf(member.client)).toEqual(before);
    expect(fake.requests).toEqual([]);
  });

  it('leave the books in order, and neither token nor prompt in the logs', async () => {
    await expectBooksInOrder(admin);
    expect(server.logs()).toContain('Hugging Face did not deliver an image');
    expect(server.logs()).not.toMatch(/hf_canary|private garden|fake-user|flagged input/);
  });
});
