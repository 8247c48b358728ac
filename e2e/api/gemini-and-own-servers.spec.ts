import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Generation, ProblemCode, ProviderTestResult, StudioOptions, Tier } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeGemini } from '../../backend/test/fakes/gemini/fake-gemini.mjs';
import { FakeImageServer } from '../../backend/test/fakes/openai-compatible/fake-image-server.mjs';
import { makePicture } from '../../backend/test/fakes/pictures.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { onlyImage, startImages } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';
import { until } from '../support/until.js';

const GEMINI_KEY = 'AIza-canary-e2e-31aa';
const SERVER_KEY = 'local-canary-e2e-90f2';
const PROMPT = 'a private garden';
const PICTURE_BYTES = 60_000;

type Vendor = FakeGemini | FakeImageServer;
/** How the vendor fails, what the person is told, and how often the vendor is asked. */
type Failure = [fault: string, status: number, code: ProblemCode, calls: number];

const VENDORS: [key: string, failures: Failure[]][] = [
  [
    'gemini',
    [
      ['blocked_prohibited', 422, 'provider.content_rejected', 1],
      ['finish_image_safety', 422, 'provider.content_rejected', 1],
      ['quota_per_day', 502, 'provider.quota_exhausted', 1],
      ['invalid_api_key', 502, 'provider.auth_failed', 1],
      ['model_retired', 502, 'provider.invalid_request', 1],
      ['rate_limited_briefly', 503, 'provider.rate_limited', 3],
      ['overloaded', 502, 'provider.unavailable', 3],
      ['deadline', 504, 'provider.timeout', 2],
      ['text_instead', 502, 'provider.bad_response', 2],
      ['image_truncated', 502, 'provider.bad_response', 2],
    ],
  ],
  [
    'openai_compatible',
    [
      ['refused_by_gateway', 422, 'provider.content_rejected', 1],
      ['payment_required', 502, 'provider.quota_exhausted', 1],
      ['unauthorised', 502, 'provider.auth_failed', 1],
      ['no_such_place', 502, 'provider.invalid_request', 1],
      ['slow_down', 503, 'provider.rate_limited', 3],
      ['out_of_memory', 502, 'provider.unavailable', 3],
      ['gateway_timeout', 504, 'provider.timeout', 2],
      ['link_elsewhere', 502, 'provider.bad_response', 1],
      ['bomb', 502, 'provider.bad_response', 2],
    ],
  ],
];

describe('images by Gemini and by a server of our own', () => {
  let vendors: Record<string, Vendor>;
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  beforeAll(async () => {
    const gemini = await FakeGemini.start({ pictureBytes: PICTURE_BYTES, apiKey: GEMINI_KEY });
    const own = await FakeImageServer.start({ pictureBytes: PICTURE_BYTES, apiKey: SERVER_KEY });
    vendors = { gemini, openai_compatible: own };
    server = await startServer({
      env: {
        GEMINI_API_KEY: GEMINI_KEY,
        GEMINI_BASE_URL: gemini.baseUrl,
        OPENAI_COMPATIBLE_API_KEY: SERVER_KEY,
        OPENAI_COMPATIBLE_BASE_URL: own.baseUrl,
        OUTBOUND_ALLOW: '127.0.0.1',
        LOG_LEVEL: 'trace',
      },
    });
    admin = await signIn(server);
    await changeSettings(admin, {
      provider_gemini_enabled: 'true',
      provider_openai_compatible_standard_model: 'Qwen/Qwen-Image',
      provider_openai_compatible_standard_size: '768x768',
    });
    member = await createMember(server, admin, 1_000);
  });

  afterEach(() => {
    for (const vendor of Object.values(vendors)) vendor.reset();
  });

  afterAll(async () => {
    await server.dispose();
    for (const vendor of Object.values(vendors)) await vendor.stop();
  });

  const wish = (provider: string, tier: Tier = 'standard') => ({ prompt: PROMPT, tier, provider });

  it('are offered with what each can make', async () => {
    const { body } = await member.client.get<StudioOptions>('/studio/options');
    const byKey = new Map(body.providers.map((provider) => [provider.key, provider]));
    expect(byKey.get('gemini')).toMatchObject({
      status: 'ready',
      tiers: ['standard', 'premium2', 'premium4'],
      supports: { seed: false },
    });
    expect(byKey.get('openai_compatible')).toMatchObject({
      status: 'ready',
      tiers: ['standard'],
      supports: { seed: true },
    });
    const before = await balanceOf(member.client);
    const refused = await member.client.post('/studio/generate', wish('openai_compatible', 'premium4'));
    expectProblem(refused, 422, 'studio.provider_incapable');
    expect(await balanceOf(member.client)).toEqual(before);
  });

  describe.each(VENDORS)('by %s', (key, failures) => {
    it('are stored byte for byte, and charged once', async () => {
      const before = await balanceOf(member.client);
      const answer = await member.client.post<Generation>('/studio/generate', wish(key));
      expect(answer.status).toBe(201);
      expect(answer.headers.get('x-attempts')).toBe('1');
      const image = onlyImage(answer.body);
      const edge = key === 'gemini' ? 1_024 : 768;
      expect(image).toMatchObject({ provider: key, credits_spent: 1, width: edge, height: edge });
      const stored = Buffer.from(await (await member.client.raw(image.image_url)).arrayBuffer());
      expect(stored.equals(makePicture({ width: edge, height: edge }, PICTURE_BYTES))).toBe(true);
      expect(vendors[key]?.imageRequests).toBe(1);
      expect(await balanceOf(member.client)).toMatchObject({ available: before.available - 1, held: 0 });
    });

    it('are not needed to find out whether it can be reached', async () => {
      const { body } = await admin.post<ProviderTestResult>(`/admin/providers/${key}/test`);
      expect(body).toMatchObject({ ok: true, models: expect.arrayContaining([expect.any(String)]), warnings: [] });
      expect(vendors[key]?.imageRequests).toBe(0);
    });

    it.each(failures)('are not charged when it fails: %s', async (fault, status, code, calls) => {
      vendors[key]?.failAlways(fault);
      const before = await balanceOf(member.client);
      const answer = await member.client.post('/studio/generate', wish(key));
      const problem = expectProblem(answer, status, code);
      expect(JSON.stringify(problem)).not.toMatch(/canary|private garden|RESOURCE_EXHAUSTED|out of memory|<script>/);
      expect(vendors[key]?.imageRequests).toBe(calls);
      expect(await balanceOf(member.client)).toEqual(before);
    });

    it('let go of it and of the credits as soon as they are canceled', async () => {
      const vendor = vendors[key];
      vendor?.failAlways('hang_before_headers');
      const before = await balanceOf(member.client);
      const { id } = await startImages(member.client, wish(key));
      await until(async () => (vendor && vendor.inFlight > 0 ? true : undefined));
      expect((await member.client.post(`/studio/generations/${id}/cancel`)).status).toBe(200);
      expect(await balanceOf(member.client)).toEqual(before);
      await until(async () => (vendor?.inFlight === 0 ? true : undefined));
    });
  });

  it('tell a seed of which the same image can be made again', async () => {
    const answer = await member.client.post<Generation>('/studio/generate', wish('openai_compatible'));
    const { seed } = onlyImage(answer.body);
    expect(seed).toEqual(expect.any(Number));
    expect(vendors['openai_compatible']?.requests[0]?.body).toMatchObject({ seed });
  });

  it('leave the books in order, and neither keys nor prompts where they do not belong', async () => {
    await expectBooksInOrder(admin);
    const logs = server.logs();
    expect(logs).toContain('Gemini did not deliver an image');
    expect(logs).toContain('The image server did not deliver an image');
    expect(logs).not.toMatch(/canary|private garden|RESOURCE_EXHAUSTED:|out of memory/);
    // Thumbnails may still be on their way; a stopped server writes nothing any more.
    await server.stop();
    for (const file of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = await readFile(join(file.parentPath, file.name));
      expect([file.name, content.includes('canary')]).toEqual([file.name, false]);
    }
  });
});
