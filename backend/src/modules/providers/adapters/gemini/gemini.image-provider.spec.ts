import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeGemini } from '../../../../../test/fakes/gemini/fake-gemini.mjs';
import { FAULTS } from '../../../../../test/fakes/gemini/faults.mjs';
import { makePicture } from '../../../../../test/fakes/pictures.mjs';
import { Metrics } from '../../../../platform/metrics/index.js';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { ImageRequest, ProviderImage, ProviderSetup } from '../../image-provider.js';
import { ProviderMetrics } from '../../calls/provider-metrics.js';
import { describeImageProvider } from '../../testing/image-provider.suite.js';
import { MISHAP_OUTCOMES } from '../../testing/mishap-outcomes.js';
import { describeProviderFailures } from '../../testing/provider-failures.suite.js';
import { RecordedLog } from '../../testing/recorded-log.js';
import { connectionTo, defaultSetup } from '../../testing/setups.js';
import { GeminiImageProvider } from './gemini.image-provider.js';

const API_KEY = 'AIza-canary-51c0';
const NOBODY = 'http://127.0.0.1:1';
const PICTURE_BYTES = 60_000;

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const metrics = new Metrics();
const provider = new GeminiImageProvider(http, new ProviderMetrics(metrics));
const log = new RecordedLog();
let fake: FakeGemini;

beforeAll(async () => {
  fake = await FakeGemini.start({ apiKey: API_KEY, pictureBytes: PICTURE_BYTES });
});
beforeEach(() => log.start());
afterEach(() => {
  log.stop();
  fake.reset();
});
afterAll(async () => {
  http.onApplicationShutdown();
  await fake.stop();
});

const setupAt = (baseUrl: string, changed?: Record<string, string>): ProviderSetup =>
  defaultSetup('gemini', connectionTo('gemini', baseUrl, API_KEY), changed);

const never = (): AbortSignal => new AbortController().signal;

function generate(more: Partial<ImageRequest> = {}, setup = setupAt(fake.baseUrl)): Promise<ProviderImage> {
  const request = {
    prompt: 'A very private garden',
    tier: 'standard',
    aspectRatio: '1:1',
    seed: null,
    endUserHash: 'an-end-user',
  } as const;
  return provider.generate({ ...request, ...more }, setup, never());
}

describeImageProvider('Gemini', {
  provider,
  setup: () => setupAt(fake.baseUrl),
  broken: { setup: () => setupAt(NOBODY) },
  // The others differ in how long they take to decode.
  tiers: ['standard'],
});

describe('GeminiImageProvider', () => {
  it('is ready once it has a key', () => {
    const { connection, ...setup } = setupAt(fake.baseUrl);
    expect(provider.describe({ ...setup, connection }).status).toBe('ready');
    expect(provider.describe({ ...setup, connection: { ...connection!, apiKey: undefined } }).status).toBe(
      'not_configured',
    );
    expect(provider.describe({ ...setup, connection: undefined }).status).toBe('not_configured');
  });

  it('asks for one image in the words of the vendor, with the key where no log keeps it', async () => {
    const image = await generate({ tier: 'premium4', aspectRatio: '9:16' });
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1beta/models/gemini-nano-banana-2.1:generateContent',
      headers: { 'x-goog-api-key': API_KEY },
    });
    expect(fake.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(fake.requests[0]?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'A very private garden' }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '9:16', imageSize: '4K' },
      },
    });
    expect(image).toMatchObject({ model: 'gemini-nano-banana-2.1', seed: null, revisedPrompt: null });
    expect(image.jobId).toMatch(/^fakeResponse_\d+$/);
  });

  it.each(['several_images', 'thoughts_around', 'snake_case', 'wrong_mime_type'])(
    'takes the finished image, and neither drafts nor thoughts: %s',
    async (fault) => {
      fake.failNext(fault);
      const { bytes } = await generate();
      expect(bytes.equals(makePicture({ width: 1024, height: 1024 }, PICTURE_BYTES))).toBe(true);
    },
  );

  it('costs what its tokens cost, or what an administrator says', async () => {
    // 6 tokens of prompt, 5 of text and 1,120 of image, at 0.5, 3 and 30 dollars a million.
    expect((await generate()).costMicros).toBe(Math.round(6 * 0.5 + 5 * 3 + 1_120 * 30));
    const byImage = setupAt(fake.baseUrl, {
      provider_gemini_token_prices: '',
      provider_gemini_standard_cost_usd: '0.04',
    });
    expect((await generate({}, byImage)).costMicros).toBe(40_000);
    expect(await metrics.format()).toMatch(
      /atelier_provider_tokens_total\{provider="gemini",model="gemini-nano-banana-2.1",direction="output"\} \d{4,}/,
    );
  });

  it('finds out whether the key works, and which models are gone, without an image', async () => {
    const setup = setupAt(fake.baseUrl, { provider_gemini_premium4_model: 'gemini-2.5-flash-image' });
    expect(await provider.test(setup, never())).toEqual({
      latencyMs: expect.any(Number),
      models: expect.arrayContaining(['gemini-nano-banana-2.1', 'gemini-3-pro-image']),
      warnings: ['Gemini does not list the model gemini-2.5-flash-image, which is set up here.'],
    });
    expect(fake.imageRequests).toBe(0);
    const wrong = { ...setup, connection: connectionTo('gemini', fake.baseUrl, 'AIza-wrong') };
    await expect(provider.test(wrong, never())).rejects.toMatchObject({
      category: 'auth_failed',
      httpStatus: 400,
      providerCode: 'API_KEY_INVALID',
    });
    expect(log.entries.join()).toContain('Gemini did not pass the test of its connection');
    expect(log.entries.join()).not.toContain('AIza');
  });

  it('says so when it has not been set up', async () => {
    const setup = { ...setupAt(fake.baseUrl), connection: undefined };
    await expect(generate({}, setup)).rejects.toMatchObject({ category: 'auth_failed' });
    await expect(provider.test(setup, never())).rejects.toMatchObject({ category: 'auth_failed' });
  });
});

const unsafe = { category: 'content_rejected', httpStatus: 200, retryable: false } as const;

describeProviderFailures('Gemini', {
  vendor: () => fake,
  generateAt: (origin, signal) =>
    provider.generate(
      { prompt: 'A very private garden', tier: 'standard', aspectRatio: '1:1', seed: null, endUserHash: 'somebody' },
      setupAt(origin),
      signal,
    ),
  faults: Object.keys(FAULTS),
  outcomes: {
    blocked_safety: { ...unsafe, providerCode: 'SAFETY', message: expect.stringContaining('safety filter') },
    blocked_prohibited: { ...unsafe, message: expect.stringContaining('terms prohibit') },
    blocked_blocklist: { ...unsafe, message: expect.stringContaining('a word of this prompt') },
    blocked_image_safety: unsafe,
    blocked_other: { ...unsafe, message: expect.stringContaining('without telling why') },
    finish_safety: unsafe,
    finish_prohibited: unsafe,
    finish_blocklist: unsafe,
    finish_spii: { ...unsafe, message: expect.stringContaining('personal data') },
    finish_recitation: { ...unsafe, message: expect.stringContaining('existing work') },
    finish_image_safety: { ...unsafe, providerCode: 'IMAGE_SAFETY' },
    finish_image_prohibited: unsafe,
    finish_image_recitation: unsafe,
    finish_safety_with_image: unsafe,
    no_image: { category: 'bad_response', providerCode: 'NO_IMAGE', retryable: true },
    image_other: { category: 'bad_response', providerCode: 'IMAGE_OTHER' },
    malformed_response: { category: 'bad_response' },
    unknown_end: { category: 'bad_response', providerCode: 'SOMETHING_NEW' },
    max_tokens: { category: 'bad_response', retryable: false },
    account_limited: { category: 'auth_failed', message: expect.stringContaining('limited the account') },
    text_instead: { category: 'bad_response', retryable: true, message: expect.stringContaining('in words') },
    thought_image_only: { category: 'bad_response' },
    no_candidates: { category: 'bad_response' },
    no_parts: { category: 'bad_response' },
    error_in_success: { category: 'bad_response', providerCode: 'INTERNAL' },
    several_images: 'delivered',
    thoughts_around: 'delivered',
    snake_case: 'delivered',
    wrong_mime_type: 'delivered',
    invalid_argument: { category: 'invalid_request', httpStatus: 400, providerCode: 'INVALID_ARGUMENT' },
    invalid_api_key: { category: 'auth_failed', httpStatus: 400, providerCode: 'API_KEY_INVALID' },
    region: { category: 'auth_failed', httpStatus: 400, message: expect.stringContaining('billing') },
    unauthenticated: { category: 'auth_failed', httpStatus: 401 },
    permission_denied: { category: 'auth_failed', httpStatus: 403 },
    prepaid_exhausted: { category: 'quota_exhausted', httpStatus: 402 },
    model_retired: { category: 'invalid_request', httpStatus: 404, message: expect.stringContaining('the model') },
    rate_limited: { category: 'rate_limited', httpStatus: 429, retryAfterMs: 31_500, retryable: true },
    rate_limited_briefly: { category: 'rate_limited', retryAfterMs: 250 },
    rate_limited_bare: { category: 'rate_limited', retryAfterMs: undefined },
    quota_per_day: { category: 'quota_exhausted', httpStatus: 429, retryable: false, retryAfterMs: undefined },
    quota_zero: { category: 'quota_exhausted', httpStatus: 429, retryable: false },
    cancelled: { category: 'timeout', httpStatus: 499 },
    internal: { category: 'provider_unavailable', httpStatus: 500, providerCode: 'INTERNAL' },
    overloaded: { category: 'provider_unavailable', httpStatus: 503, providerCode: 'UNAVAILABLE' },
    deadline: { category: 'timeout', httpStatus: 504 },
    error_in_array: { category: 'rate_limited', retryAfterMs: 7_000 },
    text_preamble: { category: 'bad_response' },
    text_endless: { category: 'bad_response' },
    text_blank: { category: 'bad_response' },
    too_large: { category: 'invalid_request', httpStatus: 413 },
    ...MISHAP_OUTCOMES,
  },
  secrets: /AIza|private garden|leaked|RESOURCE_EXHAUSTED,|google policies|alert\(1\)/i,
});
