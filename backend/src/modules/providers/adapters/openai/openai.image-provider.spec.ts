import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../../../test/fakes/openai/faults.mjs';
import { FakeOpenAI } from '../../../../../test/fakes/openai/fake-openai.mjs';
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
import { OpenAIImageProvider } from './openai.image-provider.js';

const API_KEY = 'sk-canary-8c1f';
const PROMPT = 'A very private garden';
const NOBODY = 'http://127.0.0.1:1/v1';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const metrics = new Metrics();
const providerMetrics = new ProviderMetrics(metrics);
let fake: FakeOpenAI;

const log = new RecordedLog();

beforeAll(async () => {
  fake = await FakeOpenAI.start({ apiKey: API_KEY });
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

const provider = new OpenAIImageProvider(http, providerMetrics);
const setupAt = (baseUrl: string, changed?: Record<string, string>): ProviderSetup =>
  defaultSetup('openai', connectionTo('openai', baseUrl, API_KEY), changed);
const generateAt = (baseUrl: string, wish: ImageRequest, signal: AbortSignal): Promise<ProviderImage> =>
  provider.generate(wish, setupAt(baseUrl), signal);

const request = (more: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt: PROMPT,
  tier: 'standard',
  aspectRatio: '1:1',
  seed: null,
  endUserHash: 'an-end-user',
  ...more,
});

const never = (): AbortSignal => new AbortController().signal;

describeImageProvider('OpenAI', {
  provider,
  setup: () => setupAt(fake.baseUrl),
  broken: { setup: () => setupAt(NOBODY) },
});

describe('OpenAIImageProvider', () => {
  it('is ready once it has a key', () => {
    expect(provider.describe(setupAt(fake.baseUrl)).status).toBe('ready');
    const keyless = { ...setupAt(fake.baseUrl), connection: connectionTo('openai', fake.baseUrl) };
    expect(provider.describe({ ...keyless, connection: { ...keyless.connection, apiKey: undefined } }).status).toBe(
      'not_configured',
    );
    expect(provider.describe({ ...keyless, connection: undefined }).status).toBe('not_configured');
  });

  it('asks for one image of the tier, and for nothing that the vendor does not know', async () => {
    const image = await generateAt(fake.baseUrl, request({ tier: 'premium4', aspectRatio: '9:16' }), never());
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]).toMatchObject({
      path: '/v1/images/generations',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: {
        model: 'gpt-image-2.6-sunburst',
        prompt: PROMPT,
        n: 1,
        size: '2160x3840',
        quality: 'high',
        output_format: 'png',
        background: 'opaque',
        safety_identifier: 'an-end-user',
      },
    });
    expect(image).toMatchObject({ model: 'gpt-image-2.6-sunburst', seed: null, revisedPrompt: null });
    expect(image.jobId).toMatch(/^req_fake_\d+$/);
  });

  it('counts the tokens that it will be billed for', async () => {
    await generateAt(fake.baseUrl, request(), never());
    expect(await metrics.format()).toMatch(
      /atelier_provider_tokens_total\{provider="openai",model="gpt-image-2.6-flare",direction="output"\} \d{3,}/,
    );
  });

  it('tells an administrator what happened, in words of its own', async () => {
    fake.failAlways('org_unverified');
    await expect(generateAt(fake.baseUrl, request(), never())).rejects.toThrow();
    expect(log.entries.join()).toContain('httpStatus: 403');
    expect(log.entries.join()).toContain("model: 'gpt-image-2.6-flare'");
  });

  it('costs what its tokens cost, or what an administrator says', async () => {
    const setup = setupAt(fake.baseUrl, {
      provider_openai_token_prices: '',
      provider_openai_standard_cost_usd: '0.05',
    });
    expect((await provider.generate(request(), setup, never())).costMicros).toBe(50_000);
    // 6 tokens of prompt and 439 of image, at 5 and 30 dollars a million.
    expect((await generateAt(fake.baseUrl, request(), never())).costMicros).toBe(6 * 5 + 439 * 30);
  });

  it('finds out whether the key works, and which models are about to go, without an image', async () => {
    fake.shutdownDates.set('gpt-image-2.6-flare', '2027-02-01');
    const setup = setupAt(fake.baseUrl, { provider_openai_premium4_model: 'gpt-image-1.5' });
    expect(await provider.test(setup, never())).toEqual({
      latencyMs: expect.any(Number),
      models: expect.arrayContaining(['gpt-image-2', 'gpt-image-2.6-flare']),
      warnings: [
        'OpenAI shuts down the model gpt-image-2.6-flare, which is set up here, on 2027-02-01.',
        'OpenAI does not list the model gpt-image-1.5, which is set up here.',
      ],
    });
    expect(fake.imageRequests).toBe(0);
    const wrong = { ...setup, connection: connectionTo('openai', fake.baseUrl, 'sk-wrong') };
    await expect(provider.test(wrong, never())).rejects.toMatchObject({ category: 'auth_failed', httpStatus: 401 });
    const none = { ...setup, connection: undefined };
    await expect(provider.test(none, never())).rejects.toMatchObject({ category: 'auth_failed' });
    expect(log.entries.join()).toContain('OpenAI did not pass the test of its connection');
    expect(log.entries.join()).not.toMatch(/sk-/);
  });

  it('lets go of the connection when it is aborted', async () => {
    const controller = new AbortController();
    const outcome = generateAt(
      fake.baseUrl,
      request({ prompt: 'A fox [fake:fault=hang_after_headers]' }),
      controller.signal,
    );
    outcome.catch(() => undefined);
    while (fake.inFlight === 0) await new Promise(setImmediate);
    controller.abort('lease-lost');
    await expect(outcome).rejects.toMatchObject({ category: 'timeout' });
    while (fake.inFlight > 0) await new Promise(setImmediate);
    expect(fake.requests[0]?.outcome).toBe('aborted');
    expect(log.entries).toEqual([]);
  });
});

/** What becomes of every fault of the fake. `delivered`: bytes that only whoever decodes them can tell from an image. */
const OUTCOMES = {
  moderation_blocked: { category: 'content_rejected', httpStatus: 400, providerCode: 'moderation_blocked' },
  content_policy_violation: { category: 'content_rejected', httpStatus: 400 },
  legal_reasons: { category: 'content_rejected', httpStatus: 451 },
  model_retired: {
    category: 'invalid_request',
    providerCode: 'invalid_value',
    message: expect.stringContaining('model'),
  },
  model_not_found: { category: 'invalid_request', httpStatus: 404, providerCode: 'model_not_found' },
  invalid_size: { category: 'invalid_request', httpStatus: 400, providerCode: 'invalid_size' },
  invalid_parameter: { category: 'invalid_request', httpStatus: 400, providerCode: 'invalid_request_error' },
  unprocessable: { category: 'invalid_request', httpStatus: 422 },
  too_large: { category: 'invalid_request', httpStatus: 413 },
  billing_hard_limit_reached: { category: 'quota_exhausted', httpStatus: 400 },
  payment_required: { category: 'quota_exhausted', httpStatus: 402 },
  insufficient_quota: { category: 'quota_exhausted', httpStatus: 429, retryable: false },
  credit_balance_exhausted: { category: 'quota_exhausted', httpStatus: 429 },
  organization_spend_limit_exceeded: { category: 'quota_exhausted', httpStatus: 429 },
  project_spend_limit_exceeded: { category: 'quota_exhausted', httpStatus: 429 },
  organization_usage_limit_exceeded: { category: 'quota_exhausted', httpStatus: 429 },
  invalid_api_key: { category: 'auth_failed', httpStatus: 401, providerCode: 'invalid_api_key' },
  org_unverified: { category: 'auth_failed', httpStatus: 403, message: expect.stringContaining('verified') },
  unsupported_country: { category: 'auth_failed', httpStatus: 403 },
  rate_limited: { category: 'rate_limited', httpStatus: 429, retryAfterMs: 7_000, retryable: true },
  rate_limited_briefly: { category: 'rate_limited', retryAfterMs: 250 },
  rate_limited_without_header: { category: 'rate_limited', retryAfterMs: 51_816 },
  slow_down: { category: 'rate_limited', httpStatus: 429, retryAfterMs: undefined },
  slow_down_503: { category: 'rate_limited', httpStatus: 503 },
  lock_conflict: { category: 'provider_unavailable', httpStatus: 409 },
  server_error: { category: 'provider_unavailable', httpStatus: 500, retryable: true },
  ...MISHAP_OUTCOMES,
  overloaded: { category: 'provider_unavailable', httpStatus: 503 },
  request_timeout: { category: 'timeout', httpStatus: 408 },
  empty_data: { category: 'bad_response' },
  no_data: { category: 'bad_response' },
  no_image: { category: 'bad_response' },
  error_in_success: { category: 'bad_response', providerCode: 'server_error' },
  link_instead: { category: 'bad_response' },
  one_too_few: { category: 'bad_response' },
  one_too_many: { category: 'bad_response' },
} as const;

describeProviderFailures('OpenAI', {
  vendor: () => fake,
  generateAt: (origin, signal) => generateAt(`${origin}/v1`, request(), signal),
  faults: Object.keys(FAULTS),
  outcomes: OUTCOMES,
  secrets: /sk-canary|Bearer|private garden|org-fake|safety_violations|alert\(1\)/,
});
