import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Generation,
  ImagePage,
  IssuedApiKey,
  ProblemCode,
  ProviderTestResult,
  StudioOptions,
} from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import { makePicture } from '../../backend/test/fakes/pictures.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { isFinished, onlyImage, startImages, untilGeneration } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

const API_KEY = 'sk-canary-e2e-77d1';
const PROMPT = 'a private garden';
const WISH = { prompt: PROMPT, tier: 'standard' } as const;
const PICTURE_BYTES = 60_000;

/** How the vendor fails, what the person is told, and how often the vendor is asked. */
const FAILURES: [fault: string, status: number, code: ProblemCode, calls: number][] = [
  ['moderation_blocked', 422, 'provider.content_rejected', 1],
  ['content_policy_violation', 422, 'provider.content_rejected', 1],
  ['insufficient_quota', 502, 'provider.quota_exhausted', 1],
  ['billing_hard_limit_reached', 502, 'provider.quota_exhausted', 1],
  ['invalid_api_key', 502, 'provider.auth_failed', 1],
  ['org_unverified', 502, 'provider.auth_failed', 1],
  ['model_retired', 502, 'provider.invalid_request', 1],
  ['model_not_found', 502, 'provider.invalid_request', 1],
  ['redirect', 502, 'provider.invalid_request', 1],
  ['rate_limited_briefly', 503, 'provider.rate_limited', 3],
  ['server_error', 502, 'provider.unavailable', 3],
  ['reset_before', 502, 'provider.unavailable', 3],
  ['gateway_timeout', 504, 'provider.timeout', 2],
  ['html', 502, 'provider.bad_response', 2],
  ['one_too_few', 502, 'provider.bad_response', 2],
  ['base64_truncated', 502, 'provider.bad_response', 2],
  ['image_truncated', 502, 'provider.bad_response', 2],
  ['image_svg', 502, 'provider.bad_response', 2],
  ['bomb', 502, 'provider.bad_response', 2],
  ['huge', 502, 'provider.bad_response', 2],
  ['reset_in_body', 502, 'provider.bad_response', 2],
];

describe('images by OpenAI', () => {
  let fake: FakeOpenAI;
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  beforeAll(async () => {
    fake = await FakeOpenAI.start({ pictureBytes: PICTURE_BYTES, apiKey: API_KEY });
    server = await startServer({
      env: {
        OPENAI_API_KEY: API_KEY,
        OPENAI_BASE_URL: fake.baseUrl,
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

  it('are offered once there is a key, in the sizes that it can make', async () => {
    const { body } = await member.client.get<StudioOptions>('/studio/options');
    expect(body.providers.filter(({ status }) => status === 'ready').map(({ key }) => key)).toEqual(['openai', 'mock']);
    expect(body.tiers.map(({ width }) => width)).toEqual([1024, 2048, 2880]);
  });

  it('are made by default, stored byte for byte, and charged once', async () => {
    const before = await balanceOf(member.client);
    const answer = await member.client.post<Generation>('/studio/generate', WISH);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-credits-charged')).toBe('1');
    expect(answer.headers.get('x-attempts')).toBe('1');
    const image = onlyImage(answer.body);
    expect(image).toMatchObject({ provider: 'openai', model: 'gpt-image-2.6-flare', credits_spent: 1, width: 1024 });
    expect(image.job_id).toMatch(/^req_fake_\d+$/);
    const picture = makePicture({ width: 1024, height: 1024 }, PICTURE_BYTES);
    expect(await download(server, image.image_url)).toMatchObject({ format: 'png', bytes: picture.length });
    const stored = Buffer.from(await (await member.client.raw(image.image_url)).arrayBuffer());
    expect(stored.equals(picture)).toBe(true);
    expect(fake.imageRequests).toBe(1);
    expect(await balanceOf(member.client)).toMatchObject({
      available: before.available - 1,
      held: 0,
      consumed: before.consumed + 1,
    });
    expect((await statementOf(member.client)).slice(-2).map(({ kind }) => kind)).toEqual(['hold', 'capture']);
  });

  it('are passed on to OpenAI’s own client as the vendor made them, in the same base64', async () => {
    const { body: issued } = await member.client.post<IssuedApiKey>('/api-keys', { name: 'X', scopes: ['generate'] });
    const openai = new OpenAI({ apiKey: issued.key, baseURL: `${server.origin}/v1` });
    const { data } = await openai.images.generate({ prompt: PROMPT, model: 'openai/gpt-image-2.6-flare' });
    expect(data?.map(({ b64_json: base64 }) => base64)).toEqual([
      makePicture({ width: 1024, height: 1024 }, PICTURE_BYTES).toString('base64'),
    ]);
  });

  it('are one request each, and only those that came are charged', async () => {
    fake.failNext('moderation_blocked');
    const before = await balanceOf(member.client);
    const { status, body } = await member.client.post<Generation>('/studio/generate', { ...WISH, count: 3 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'partially_succeeded', credits: { quoted: 3, charged: 2 } });
    expect(fake.requests.map(({ body: { n } }) => n)).toEqual([1, 1, 1]);
    expect(await balanceOf(member.client)).toMatchObject({ available: before.available - 2, held: 0 });
  });

  it('are tried again where that may help, and charged once', async () => {
    fake.failNext('rate_limited_briefly');
    fake.failNext('overloaded');
    const before = await balanceOf(member.client);
    const answer = await member.client.post<Generation>('/studio/generate', WISH);
    expect(answer).toMatchObject({ status: 201, body: { status: 'succeeded' } });
    expect(answer.headers.get('x-attempts')).toBe('3');
    expect(await balanceOf(member.client)).toMatchObject({ available: before.available - 1, held: 0 });
  });

  it.each(FAILURES)('are not charged when the vendor fails: %s', async (fault, status, code, calls) => {
    fake.failAlways(fault);
    const before = await balanceOf(member.client);
    const answer = await member.client.post('/studio/generate', WISH);
    const problem = expectProblem(answer, status, code);
    expect(problem.generation_id).toBeDefined();
    expect(JSON.stringify(problem)).not.toMatch(/sk-|safety_violations|org-fake|<script>|help\.openai/);
    expect(fake.imageRequests).toBe(calls);
    expect(await balanceOf(member.client)).toEqual(before);
  });

  it.each(['hang_before_headers', 'hang_after_headers', 'drip'])(
    'let go of the vendor and of the credits as soon as they are canceled: %s',
    async (fault) => {
      fake.failAlways(fault);
      const before = await balanceOf(member.client);
      const { id } = await startImages(member.client, WISH);
      await until(async () => (fake.inFlight > 0 ? true : undefined));
      expect((await member.client.post(`/studio/generations/${id}/cancel`)).status).toBe(200);
      expect(await balanceOf(member.client)).toEqual(before);
      await until(async () => (fake.inFlight === 0 ? true : undefined));
      expect(fake.requests.map(({ outcome }) => outcome)).toEqual(['aborted']);
    },
  );

  it('come, are stored and charged once, whenever their caller goes away', async () => {
    fake.delayMs = 150;
    const before = await balanceOf(member.client);
    const stages = [0, 5, 20, 60, 120, 160, 200, 300].flatMap((abortAfterMs) => [abortAfterMs, abortAfterMs]);
    const outcomes = await Promise.all(
      stages.map((abortAfterMs) =>
        member.client.post<Generation>('/studio/generate', WISH, { signal: AbortSignal.timeout(abortAfterMs) }).then(
          () => 'answered',
          () => 'aborted',
        ),
      ),
    );
    expect(outcomes).toContain('aborted');
    // A request may arrive after its caller has gone away: for a while nothing may be under way, and nothing new begin.
    let quiet = 0;
    let seen = -1;
    await until(async () => {
      const { held } = await balanceOf(member.client);
      quiet = held === 0 && fake.inFlight === 0 && fake.imageRequests === seen ? quiet + 1 : 0;
      seen = fake.imageRequests;
      return quiet < 15 ? undefined : true;
    });
    // A request that was called off before it arrived asked for nothing.
    const asked = fake.imageRequests;
    expect(await balanceOf(member.client)).toMatchObject({ available: before.available - asked, held: 0 });
    // No connection was lost: as many as before are made at once, and none is left waiting.
    fake.delayMs = 0;
    const { body } = await member.client.post<Generation>('/studio/generate', { ...WISH, count: 8 });
    expect(body.images).toHaveLength(8);
    expect(fake.inFlight).toBe(0);
    expect(await fake.connections()).toBeLessThanOrEqual(16);
  });

  it('may soon be made by a model that is gone, of which a test of the connection warns', async () => {
    fake.shutdownDates.set('gpt-image-2.6-sunburst', '2027-03-31');
    const { status, body } = await admin.post<ProviderTestResult>('/admin/providers/openai/test');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: true,
      models: expect.arrayContaining(['gpt-image-2.6-sunburst']),
      warnings: ['OpenAI shuts down the model gpt-image-2.6-sunburst, which is set up here, on 2027-03-31.'],
    });
    expect(fake.imageRequests).toBe(0);
  });

  it('are recorded with what the vendor calls them', async () => {
    const { id } = await startImages(member.client, WISH);
    await untilGeneration(member.client, id, isFinished);
    const { body } = await member.client.get<ImagePage>('/gallery/images', { query: { limit: 1 } });
    expect(body.data[0]).toMatchObject({ provider: 'openai', generation_id: id });
  });

  it('leave the books in order, and neither key nor prompt where they do not belong', async () => {
    await expectBooksInOrder(admin);
    const logs = server.logs();
    expect(logs).toContain('OpenAI did not deliver an image');
    expect(logs).not.toMatch(/sk-canary|private garden|safety_violations|org-fake/);
    // Thumbnails may still be on their way; a stopped server writes nothing any more.
    await server.stop();
    for (const file of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = await readFile(join(file.parentPath, file.name));
      expect([file.name, content.includes(API_KEY)]).toEqual([file.name, false]);
    }
  });
});
