import type { Generation, ProblemCode, StudioCosts } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeGemini } from '../../backend/test/fakes/gemini/fake-gemini.mjs';
import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { onlyImage } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';
import { until } from '../support/until.js';

const KEY = 'key-canary-e2e-5a1c';
const PICTURE_BYTES = 60_000;
const WISH = { prompt: 'a private garden', tier: 'premium2' } as const;

/** How the first vendor fails, and how often it is asked before the second one is. */
const TAKEN_OVER: [fault: string, calls: number][] = [
  ['overloaded', 3],
  // It asks for more patience than anybody has who can have the image elsewhere.
  ['rate_limited_without_header', 1],
  ['gateway_timeout', 1],
];

const FINAL: [fault: string, status: number, code: ProblemCode, calls: number][] = [
  ['moderation_blocked', 422, 'provider.content_rejected', 1],
  ['model_retired', 502, 'provider.invalid_request', 1],
  ['html', 502, 'provider.bad_response', 2],
];

describe('an image whose first vendor fails', () => {
  let openai: FakeOpenAI;
  let gemini: FakeGemini;
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  const generate = (provider?: string) => member.client.post<Generation>('/studio/generate', { ...WISH, provider });

  beforeAll(async () => {
    openai = await FakeOpenAI.start({ pictureBytes: PICTURE_BYTES, apiKey: KEY });
    gemini = await FakeGemini.start({ pictureBytes: PICTURE_BYTES, apiKey: KEY });
    server = await startServer({
      env: {
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: openai.baseUrl,
        GEMINI_API_KEY: KEY,
        GEMINI_BASE_URL: gemini.baseUrl,
        OUTBOUND_ALLOW: '127.0.0.1',
      },
    });
    admin = await signIn(server);
    await changeSettings(admin, { provider_gemini_enabled: 'true', credit_value_usd: '0.1' });
    member = await createMember(server, admin, 1_000);
  });

  afterEach(() => {
    openai.reset();
    gemini.reset();
  });

  afterAll(async () => {
    await server.dispose();
    await Promise.all([openai.stop(), gemini.stop()]);
  });

  it('is made by the first while nothing fails', async () => {
    const answer = await generate();
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-fallback-used')).toBe('false');
    expect(onlyImage(answer.body)).toMatchObject({
      ...{ provider: 'openai', attempts: [{ provider: 'openai', outcome: 'delivered' }] },
    });
    expect(gemini.requests).toHaveLength(0);
  });

  it.each(TAKEN_OVER)('is made by another at the quoted price: %s', async (fault, calls) => {
    openai.failAlways(fault);
    const before = await balanceOf(member.client);

    const answer = await generate('auto');

    expect(answer.status).toBe(201);
    expect([openai.imageRequests, gemini.requests.length]).toEqual([calls, 1]);
    expect(answer.headers.get('x-attempts')).toBe(String(calls + 1));
    expect(answer.headers.get('x-fallback-used')).toBe('true');
    const image = onlyImage(answer.body);
    expect(image).toMatchObject({ provider: 'gemini', credits_spent: 2 });
    expect(image.attempts.map(({ provider }) => provider)).toEqual([...Array<string>(calls).fill('openai'), 'gemini']);
    expect(image.attempts.filter(({ outcome }) => outcome === 'delivered')).toEqual(image.attempts.slice(-1));
    expect(answer.body).toMatchObject({ provider: 'auto', fallback_used: true, credits: { quoted: 2, charged: 2 } });
    expect(await balanceOf(member.client)).toMatchObject({ available: before.available - 2, held: 0 });
  });

  it.each(FINAL)('is made by nobody else where the failure is a matter of what was asked: %s', async (...row) => {
    const [fault, status, code, calls] = row;
    openai.failAlways(fault);
    const before = await balanceOf(member.client);

    const answer = await generate();

    expectProblem(answer, status, code);
    expect([openai.imageRequests, gemini.requests.length]).toEqual([calls, 0]);
    expect(answer.headers.get('x-fallback-used')).toBe('false');
    expect(await balanceOf(member.client)).toEqual(before);
  });

  it('is made by nobody else where that vendor was asked for', async () => {
    openai.failAlways('gateway_timeout');
    expectProblem(await generate('openai'), 504, 'provider.timeout');
    expect(gemini.requests).toHaveLength(0);
  });

  it('is asked of another from the start once the first has refused our account', async () => {
    openai.failAlways('insufficient_quota');
    const answer = await generate();
    expect(answer.status).toBe(201);
    expect([openai.imageRequests, gemini.requests.length]).toEqual([1, 1]);

    const isPassedOver = async (): Promise<true | undefined> => {
      const { headers, body } = await generate();
      expect(onlyImage(body).provider).toBe('gemini');
      return headers.get('x-attempts') === '1' ? true : undefined;
    };
    await until(isPassedOver, 10_000);
    openai.reset();
    expect(onlyImage((await generate('openai')).body).provider).toBe('openai');
  });

  it('leaves a bill behind that an administrator can read', async () => {
    const { body } = await admin.get<StudioCosts>('/admin/studio/costs');
    const [paid, billed] = ['gemini', 'openai'].map((key) => body.costs.find(({ provider }) => provider === key));
    expect(paid).toMatchObject({ tier: 'premium2', unknown_costs: 0 });
    expect((paid?.cost_micros ?? 0) / (paid?.images ?? 0)).toBeGreaterThan(30_000);
    expect(paid?.margin_micros).toBe((paid?.credits_charged ?? 0) * 100_000 - (paid?.cost_micros ?? 0));
    expect(billed?.calls).toBeGreaterThan(billed?.images ?? Number.NaN);
    // Three timeouts and two answers without an image may be billed; nobody said so.
    expect(billed).toMatchObject({ images: 2, unknown_costs: 5 });
    await expectBooksInOrder(admin);
  });
});
