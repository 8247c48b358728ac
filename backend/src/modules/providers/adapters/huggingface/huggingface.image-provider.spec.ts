import { setTimeout as pause } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../../../test/fakes/huggingface/faults.mjs';
import { FakeHuggingFace } from '../../../../../test/fakes/huggingface/fake-huggingface.mjs';
import { JOB_FAULTS } from '../../../../../test/fakes/huggingface/queue-faults.mjs';
import { until } from '../../../../../test/until.js';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { ImageRequest, ProviderSetup } from '../../image-provider.js';
import { describeImageProvider } from '../../testing/image-provider.suite.js';
import { MISHAP_OUTCOMES } from '../../testing/mishap-outcomes.js';
import { type FaultOutcome, describeProviderFailures } from '../../testing/provider-failures.suite.js';
import { connectionTo, defaultSetup } from '../../testing/setups.js';
import { HuggingFaceImageProvider } from './huggingface.image-provider.js';

const TOKEN = 'hf_canary8c1f';
const PROMPT = 'A very private garden';

const MODELS = {
  nscale: 'nscale:black-forest-labs/FLUX.1-schnell',
  'hf-inference': 'hf-inference:stabilityai/stable-diffusion-3-medium-diffusers',
  together: 'together:black-forest-labs/FLUX.2-dev',
  'fal-ai': 'fal-ai:fal-ai/flux/dev',
} as const;
type Via = keyof typeof MODELS;
const VIA = Object.keys(MODELS) as Via[];

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const provider = new HuggingFaceImageProvider(http, 1);
let fake: FakeHuggingFace;

beforeAll(async () => {
  fake = await FakeHuggingFace.start({ apiKey: TOKEN });
});
afterEach(() => fake.reset());
afterAll(async () => {
  http.onApplicationShutdown();
  await fake.stop();
});

const setupAt = (baseUrl: string, changed?: Record<string, string>): ProviderSetup =>
  defaultSetup('huggingface', connectionTo('huggingface', baseUrl, TOKEN), changed);

/** Images of the standard tier by one of the sub-providers, and those of the second by none. */
const setupVia = (via: Via, baseUrl = fake.baseUrl): ProviderSetup =>
  setupAt(baseUrl, { provider_huggingface_standard_model: MODELS[via] });

const request = (more: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt: PROMPT,
  tier: 'standard',
  aspectRatio: '1:1',
  seed: null,
  endUserHash: 'an-end-user',
  ...more,
});

const never = (): AbortSignal => new AbortController().signal;

const generateVia = (via: Via, more?: Partial<ImageRequest>, signal = never()) =>
  provider.generate(request(more), setupVia(via), signal);

for (const via of VIA) {
  describeImageProvider(`Hugging Face through ${via}`, {
    provider,
    setup: () => setupVia(via),
    broken: { setup: () => setupVia(via, 'http://127.0.0.1:1') },
  });
}

describe('HuggingFaceImageProvider', () => {
  it('is ready once it has a token and a model', () => {
    const statusOf = (setup: ProviderSetup) => provider.describe(setup).status;
    const setup = setupAt(fake.baseUrl);
    expect(statusOf(setup)).toBe('ready');
    expect(statusOf({ ...setup, connection: undefined })).toBe('not_configured');
    expect(
      statusOf({ ...setup, connection: { ...connectionTo('huggingface', fake.baseUrl), apiKey: undefined } }),
    ).toBe('not_configured');
    expect(statusOf({ ...setup, tiers: {} })).toBe('not_configured');
  });

  it('offers the tiers that have a model which it can ask for, and never the highest', () => {
    const tiersOf = (changed?: Record<string, string>) =>
      Object.keys(provider.describe(setupAt(fake.baseUrl, changed)).capabilities.sizes);
    expect(tiersOf()).toEqual(['standard']);
    expect(
      tiersOf({
        provider_huggingface_premium2_model: MODELS.together,
        provider_huggingface_premium4_model: MODELS.together,
      }),
    ).toEqual(['standard', 'premium2']);
  });

  it('refuses a tier that it does not offer, without a request', async () => {
    const outcome = provider.generate(request({ tier: 'premium4' }), setupAt(fake.baseUrl), never());
    await expect(outcome).rejects.toMatchObject({ category: 'invalid_request' });
    expect(fake.requests).toEqual([]);
  });

  it('tells as much of a prompt as each of its models reads', () => {
    const reads = (changed: Record<string, string>) =>
      provider.describe(setupAt(fake.baseUrl, changed)).capabilities.maxPromptLength;
    const dev = 'fal-ai:black-forest-labs/FLUX.1-dev';
    expect(reads({})).toBe(1_000);
    expect(reads({ provider_huggingface_standard_model: dev })).toBe(2_000);
    expect(reads({ provider_huggingface_premium2_model: dev })).toBe(1_000);
  });

  it('promises to obey a seed if everybody does who makes its images', () => {
    const supportsSeed = (changed: Record<string, string>) =>
      provider.describe(setupAt(fake.baseUrl, changed)).capabilities.supportsSeed;
    expect(supportsSeed({ provider_huggingface_standard_model: MODELS['fal-ai'] })).toBe(true);
    expect(
      supportsSeed({
        provider_huggingface_standard_model: MODELS['fal-ai'],
        provider_huggingface_premium2_model: MODELS.nscale,
      }),
    ).toBe(false);
  });

  it.each([
    [
      'nscale',
      '/nscale/v1/images/generations',
      { model: 'black-forest-labs/FLUX.1-schnell', prompt: PROMPT, response_format: 'b64_json', size: '768x1360' },
    ],
    [
      'together',
      '/together/v1/images/generations',
      {
        model: 'black-forest-labs/FLUX.2-dev',
        prompt: PROMPT,
        response_format: 'base64',
        width: 768,
        height: 1360,
        seed: 7,
      },
    ],
    [
      'hf-inference',
      '/hf-inference/models/stabilityai/stable-diffusion-3-medium-diffusers',
      { inputs: PROMPT, parameters: { width: 768, height: 1360, seed: 7 } },
    ],
    ['fal-ai', '/fal-ai/fal-ai/flux/dev', { prompt: PROMPT, image_size: { width: 768, height: 1360 }, seed: 7 }],
  ] as const)('asks %s in its own way, and for nothing else', async (via, path, body) => {
    const image = await generateVia(via, { aspectRatio: '9:16', seed: 7 });
    expect(fake.requests[0]).toMatchObject({ method: 'POST', path, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(fake.requests[0]?.body).toEqual(body);
    expect(image).toMatchObject({ model: MODELS[via], revisedPrompt: null, costMicros: 4_000 });
    expect(image.jobId).toMatch(via === 'fal-ai' ? /^[0-9a-f]{8}-[0-9a-f-]{27}$/ : /^Root=1-fake-\d+$/);
  });

  it('takes the picture of hf-inference as base64, too', async () => {
    fake.hfInferenceAnswers = 'base64';
    expect((await generateVia('hf-inference')).bytes.subarray(1, 4).toString()).toBe('PNG');
  });

  it('shows its key to nobody but the router', async () => {
    await generateVia('fal-ai');
    const [shown, hidden] = [true, false].map((isShown) =>
      fake.requests.filter(({ headers }) => (headers.authorization !== undefined) === isShown),
    );
    expect(hidden?.map(({ path }) => path)).toEqual([expect.stringMatching(/^\/files\/fake\//)]);
    expect(shown?.every(({ path }) => path.startsWith('/fal-ai/'))).toBe(true);
  });

  it.each([
    ['fal-ai', 'never_done', 'status'],
    ['fal-ai', 'media_hangs', 'files'],
    ['nscale', 'hang_after_headers', 'nscale'],
  ] as const)('lets go of %s when it is aborted: %s', async (via, fault, path) => {
    const controller = new AbortController();
    const outcome = generateVia(via, { prompt: `A fox [fake:fault=${fault}]` }, controller.signal);
    outcome.catch(() => undefined);
    await until(() => fake.requests.at(-1)?.path.includes(path) ?? false);
    controller.abort('lease-lost');
    await expect(outcome).rejects.toMatchObject({ category: 'timeout' });
    // What was on its way when it was aborted still arrives; nothing follows it.
    await pause(300);
    await until(() => fake.inFlight === 0);
    const asked = fake.requests.length;
    await pause(700);
    expect(fake.requests).toHaveLength(asked);
  });
});

describe('the test of the connection to Hugging Face', () => {
  const test = (baseUrl = fake.baseUrl, apiKey: string | undefined = TOKEN) =>
    provider.test({ ...setupAt(baseUrl), connection: { ...connectionTo('huggingface', baseUrl), apiKey } }, never());

  it('tells what is there, and how soon', async () => {
    const { latencyMs, models } = await test();
    expect(models).toContain('openai/gpt-oss-20b');
    expect(latencyMs).toBeGreaterThanOrEqual(0);
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/models',
      'GET /api/whoami-v2',
    ]);
  });

  it('knows a token that is wrong, or may not do what it is for', async () => {
    await expect(test(fake.baseUrl, 'hf_wrong')).rejects.toMatchObject({ category: 'auth_failed', httpStatus: 401 });
    fake.permissions = ['repo.content.read'];
    await expect(test()).rejects.toMatchObject({
      category: 'auth_failed',
      message: expect.stringContaining('Make calls to Inference Providers'),
    });
    fake.permissions = undefined;
    await expect(test()).resolves.toHaveProperty('models');
  });

  it('knows an address that is wrong', async () => {
    await expect(test('http://127.0.0.1:1')).rejects.toMatchObject({ category: 'provider_unavailable' });
    await expect(test(`${fake.baseUrl}/elsewhere`)).rejects.toMatchObject({ category: 'invalid_request' });
  });
});

const NSCALE = {
  ...MISHAP_OUTCOMES,
  invalid_token: { category: 'auth_failed', httpStatus: 401 },
  no_permission: {
    category: 'auth_failed',
    httpStatus: 403,
    message: expect.stringContaining('Make calls to Inference Providers'),
  },
  credits_depleted: { category: 'quota_exhausted', httpStatus: 402, message: expect.stringContaining('credits') },
  credits_exceeded: { category: 'quota_exhausted', httpStatus: 402 },
  free_limit_reached: { category: 'quota_exhausted', httpStatus: 402, retryable: false },
  insufficient_quota: { category: 'quota_exhausted', httpStatus: 429, providerCode: 'insufficient_quota' },
  model_not_supported: { category: 'invalid_request', providerCode: 'model_not_supported' },
  wrong_task: { category: 'invalid_request', message: expect.stringContaining('Nobody serves the model') },
  message_only: { category: 'invalid_request', httpStatus: 400 },
  unknown_route: { category: 'invalid_request', httpStatus: 404 },
  method_not_allowed: { category: 'invalid_request', httpStatus: 405 },
  legacy_host: { category: 'invalid_request', httpStatus: 410 },
  too_large: { category: 'invalid_request', httpStatus: 413 },
  unprocessable: { category: 'invalid_request', httpStatus: 422, providerCode: 'value_error' },
  content_policy_violation: {
    category: 'content_rejected',
    httpStatus: 422,
    providerCode: 'content_policy_violation',
    retryable: false,
  },
  content_flagged: { category: 'content_rejected', httpStatus: 400 },
  legal_reasons: { category: 'content_rejected', httpStatus: 451 },
  rate_limited: { category: 'rate_limited', retryAfterMs: 55_000, retryable: true },
  rate_limited_briefly: { category: 'rate_limited', retryAfterMs: 0 },
  rate_limited_with_both: { category: 'rate_limited', retryAfterMs: 7_000 },
  rate_limited_elsewhere: { category: 'rate_limited', retryAfterMs: undefined },
  model_loading: { category: 'provider_unavailable', httpStatus: 503, retryAfterMs: 20_000, retryable: true },
  model_loading_long: { category: 'provider_unavailable', retryAfterMs: 60_000 },
  server_error: { category: 'provider_unavailable', httpStatus: 500, retryable: true },
  internal_error_of_a_model: { category: 'provider_unavailable', providerCode: 'internal_server_error' },
  downstream_error: { category: 'provider_unavailable', httpStatus: 400, retryable: true },
  unretryable_error: { category: 'provider_unavailable', httpStatus: 500, retryable: false },
  problem: { category: 'provider_unavailable', httpStatus: 503 },
  nothing_said: { category: 'provider_unavailable', httpStatus: 503, retryAfterMs: undefined },
  request_timeout: { category: 'timeout', httpStatus: 408 },
  generation_timeout: { category: 'timeout', providerCode: 'generation_timeout' },
  empty_data: { category: 'bad_response' },
  no_data: { category: 'bad_response' },
  no_image: { category: 'bad_response' },
  error_in_success: { category: 'bad_response' },
  link_to_metadata: { category: 'bad_response' },
  output_to_metadata: { category: 'bad_response' },
} satisfies Record<string, FaultOutcome>;

const IN_THE_QUEUE = {
  job_without_id: { category: 'bad_response' },
  job_without_address: { category: 'bad_response' },
  job_elsewhere: { category: 'bad_response' },
  job_climbing: { category: 'bad_response' },
  job_escaped: { category: 'bad_response' },
  never_done: 'endless',
  status_unknown: { category: 'bad_response' },
  status_missing: { category: 'bad_response' },
  status_html: { category: 'bad_response' },
  status_error: { category: 'provider_unavailable', httpStatus: undefined, providerCode: 'status_500' },
  status_gone: { category: 'invalid_request', httpStatus: 404 },
  status_refused: { category: 'auth_failed', httpStatus: 401 },
  status_rate_limited: { category: 'rate_limited', httpStatus: undefined, providerCode: 'status_429' },
  status_hangs: 'endless',
  status_reset: { category: 'provider_unavailable' },
  result_content_policy: { category: 'content_rejected', httpStatus: 422 },
  result_no_media: { category: 'bad_response', httpStatus: 422, retryable: false },
  result_runner_lost: { category: 'provider_unavailable', httpStatus: 503 },
  result_empty: { category: 'bad_response' },
  result_without_images: { category: 'bad_response' },
  result_html: { category: 'bad_response' },
  nsfw: { category: 'content_rejected', providerCode: 'nsfw', retryable: false },
  black: 'delivered',
  media_metadata: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_private: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_this_machine: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_elsewhere: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_lookalike: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_with_credentials: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_file: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_inline: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_no_url: { category: 'bad_response', providerCode: 'image_at_foreign_host' },
  media_missing: { category: 'bad_response', httpStatus: 404 },
  media_forbidden: { category: 'bad_response', httpStatus: 403 },
  media_error: { category: 'provider_unavailable', httpStatus: undefined, providerCode: 'status_502' },
  media_redirect: { category: 'bad_response', httpStatus: 302 },
  media_html: { category: 'bad_response' },
  media_empty: { category: 'bad_response' },
  media_truncated: 'delivered',
  media_huge: { category: 'bad_response' },
  media_hangs: 'endless',
  media_drips: 'endless',
  media_reset: { category: 'provider_unavailable' },
} satisfies Record<string, FaultOutcome>;

const SECRETS = /hf_canary|Bearer|private garden|fake-user|flagged input|alert\(1\)/;

const failuresVia = (via: Via) => ({
  vendor: () => fake,
  generateAt: (origin: string, signal: AbortSignal) => provider.generate(request(), setupVia(via, origin), signal),
  secrets: SECRETS,
});

describeProviderFailures('Hugging Face through nscale', {
  ...failuresVia('nscale'),
  faults: Object.keys(FAULTS),
  outcomes: NSCALE,
});

describeProviderFailures('Hugging Face through together', {
  ...failuresVia('together'),
  faults: Object.keys(FAULTS),
  outcomes: { ...NSCALE, link_to_metadata: { category: 'bad_response', providerCode: 'image_at_foreign_host' } },
});

describeProviderFailures('Hugging Face through hf-inference', {
  ...failuresVia('hf-inference'),
  faults: Object.keys(FAULTS),
  outcomes: { ...NSCALE, output_to_metadata: { category: 'bad_response', providerCode: 'image_at_foreign_host' } },
});

describeProviderFailures('Hugging Face through fal-ai', {
  ...failuresVia('fal-ai'),
  faults: [FAULTS, JOB_FAULTS].flatMap(Object.keys),
  outcomes: { ...NSCALE, ...IN_THE_QUEUE },
});
