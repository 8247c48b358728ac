import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeImageServer } from '../../../../../test/fakes/openai-compatible/fake-image-server.mjs';
import { FAULTS } from '../../../../../test/fakes/openai-compatible/faults.mjs';
import { FLAVOURS } from '../../../../../test/fakes/openai-compatible/flavours.mjs';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { ImageRequest, ProviderImage, ProviderSetup } from '../../image-provider.js';
import { describeImageProvider } from '../../testing/image-provider.suite.js';
import { MISHAP_OUTCOMES } from '../../testing/mishap-outcomes.js';
import { describeProviderFailures } from '../../testing/provider-failures.suite.js';
import { RecordedLog } from '../../testing/recorded-log.js';
import { connectionTo, defaultSetup } from '../../testing/setups.js';
import { OpenAICompatibleImageProvider } from './openai-compatible.image-provider.js';

const API_KEY = 'local-canary-2b9e';
const NOBODY = 'http://127.0.0.1:1/v1';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const provider = new OpenAICompatibleImageProvider(http);
const log = new RecordedLog();
let fake: FakeImageServer;
/** Another server on the same machine, which is nobody's business. */
let stranger: FakeImageServer;

beforeAll(async () => {
  stranger = await FakeImageServer.start();
  fake = await FakeImageServer.start({ apiKey: API_KEY, redirectTo: `${stranger.origin}/_odd/html` });
});
beforeEach(() => log.start());
afterEach(() => {
  log.stop();
  fake.reset();
  stranger.reset();
});
afterAll(async () => {
  http.onApplicationShutdown();
  await fake.stop();
  await stranger.stop();
});

const MODELS = {
  provider_openai_compatible_standard_model: 'Qwen/Qwen-Image',
  provider_openai_compatible_premium2_model: 'Qwen/Qwen-Image',
};

function setupAt(baseUrl: string, changed: Record<string, string> = {}, apiKey = API_KEY): ProviderSetup {
  const connection = connectionTo('openai_compatible', baseUrl, apiKey);
  return defaultSetup('openai_compatible', connection, { ...MODELS, ...changed });
}

const withoutKey = (setup: ProviderSetup): ProviderSetup => ({
  ...setup,
  connection: setup.connection && { ...setup.connection, apiKey: undefined },
});

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

describeImageProvider('An OpenAI-compatible server', {
  provider,
  setup: () => setupAt(fake.baseUrl),
  broken: { setup: () => setupAt(NOBODY) },
});

describe('OpenAICompatibleImageProvider', () => {
  it('is ready once it has an address and a model, with a key or without', () => {
    const setup = setupAt(fake.baseUrl);
    expect(provider.describe(setup).status).toBe('ready');
    expect(provider.describe(withoutKey(setup)).status).toBe('ready');
    expect(provider.describe({ ...setup, connection: undefined }).status).toBe('not_configured');
    expect(provider.describe({ ...setup, tiers: {} }).status).toBe('not_configured');
  });

  it('offers the sizes that the server can make, tier by tier', () => {
    const { sizes } = provider.describe(
      setupAt(fake.baseUrl, { provider_openai_compatible_premium2_size: '1536x1536' }),
    ).capabilities;
    expect(sizes.standard?.get('9:16')).toEqual({ width: 768, height: 1360 });
    expect([...(sizes.premium2 ?? [])]).toEqual([['1:1', { width: 1536, height: 1536 }]]);
    expect(sizes.premium4).toBeUndefined();
  });

  it('asks for what all servers know, and for nothing that only OpenAI has', async () => {
    const image = await generate({ aspectRatio: '16:9', seed: 4_294_967_295 });
    expect(fake.requests[0]).toMatchObject({
      path: '/v1/images/generations',
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    expect(fake.requests[0]?.body).toEqual({
      model: 'Qwen/Qwen-Image',
      prompt: 'A very private garden',
      n: 1,
      size: '1360x768',
      response_format: 'b64_json',
      seed: 2_147_483_647,
    });
    // What is told is what was sent, so that the same image can be made again.
    expect(image).toMatchObject({ seed: 2_147_483_647, costMicros: 0, revisedPrompt: null });
  });

  it('sends a seed of its own, another one each time', async () => {
    const images = [await generate(), await generate(), await generate()];
    expect(new Set(images.map(({ seed }) => seed)).size).toBe(3);
    expect(fake.drawings.map(({ seed }) => seed)).toEqual(images.map(({ seed }) => seed));
  });

  it('asks without a key where there is none', async () => {
    await generate({}, withoutKey(setupAt(stranger.baseUrl)));
    expect(stranger.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each(Object.keys(FLAVOURS) as (keyof typeof FLAVOURS)[])(
    'makes an image and tells the models with %s, whether it sends the image or a link to it',
    async (flavour) => {
      const server = await FakeImageServer.start({ flavour, apiKey: API_KEY });
      try {
        const setup = setupAt(server.baseUrl, {
          provider_openai_compatible_standard_model: FLAVOURS[flavour].model,
          provider_openai_compatible_premium2_model: '',
        });
        const sent = await generate({}, setup);
        server.failNext('link');
        const linked = await generate({}, setup);
        expect(linked.bytes.equals(sent.bytes)).toBe(true);
        expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
          Array.from({ length: 3 }, () => `Bearer ${API_KEY}`),
        );
        expect(await provider.test(setup, never())).toEqual({
          latencyMs: expect.any(Number),
          models: [FLAVOURS[flavour].model],
          warnings: [],
        });
      } finally {
        await server.stop();
      }
    },
  );

  it('fetches an image by an absolute address of the server as well', async () => {
    fake.failNext('link_absolute');
    expect((await generate()).bytes.length).toBeGreaterThan(1_000);
  });

  it('asks nothing of another server, and brings it no key', async () => {
    for (const fault of ['link_to_other_port', 'link_to_redirect']) {
      fake.failNext(fault);
      await expect(generate()).rejects.toMatchObject({ category: 'bad_response' });
    }
    expect(stranger.requests).toEqual([]);
  });

  it('keeps orders to the server out of prompts', async () => {
    const server = await FakeImageServer.start({ flavour: 'sd_cpp' });
    try {
      const prompt = 'A cat<sd_cpp_extra_args>{"width":64,"height":64}</sd_cpp_extra_args> | no dog <lora:secret:2>';
      const image = await generate({ prompt }, setupAt(server.baseUrl));
      expect(server.drawings).toMatchObject([{ prompt: 'A cat , no dog', size: { width: 1024, height: 1024 } }]);
      // People are told what was drawn.
      expect(image.revisedPrompt).toBe('A cat , no dog');
      const nothing = generate({ prompt: '<lora:secret:2>' }, setupAt(server.baseUrl));
      await expect(nothing).rejects.toMatchObject({ category: 'content_rejected' });
      expect(server.imageRequests).toBe(1);
    } finally {
      await server.stop();
    }
  });

  it('finds out what is wrong with the connection', async () => {
    const wrongKey = provider.test(setupAt(fake.baseUrl, {}, 'local-wrong'), never());
    await expect(wrongKey).rejects.toMatchObject({ category: 'auth_failed', httpStatus: 401 });
    const wrongPath = provider.test(setupAt(fake.origin), never());
    await expect(wrongPath).rejects.toThrow('ends in /v1');
    const other = setupAt(fake.baseUrl, { provider_openai_compatible_standard_model: 'sdxl' });
    expect((await provider.test(other, never())).warnings).toEqual([
      'The image server does not list the model sdxl, which is set up here.',
    ]);
    const nowhere = provider.test({ ...other, connection: undefined }, never());
    await expect(nowhere).rejects.toMatchObject({ category: 'auth_failed' });
  });
});

const elsewhere = {
  category: 'bad_response',
  retryable: false,
  message: expect.stringContaining('another server'),
} as const;

describeProviderFailures('An OpenAI-compatible server', {
  vendor: () => fake,
  generateAt: (origin, signal) =>
    provider.generate(
      { prompt: 'A very private garden', tier: 'standard', aspectRatio: '1:1', seed: null, endUserHash: 'somebody' },
      setupAt(`${origin}/v1`),
      signal,
    ),
  faults: Object.keys(FAULTS),
  outcomes: {
    invalid_size: { category: 'invalid_request', httpStatus: 400 },
    unprocessable: { category: 'invalid_request', httpStatus: 422 },
    unauthorised: { category: 'auth_failed', httpStatus: 401 },
    forbidden: { category: 'auth_failed', httpStatus: 403 },
    payment_required: { category: 'quota_exhausted', httpStatus: 402 },
    refused_by_gateway: { category: 'content_rejected', httpStatus: 400, providerCode: 'content_filter' },
    no_such_model: { category: 'invalid_request', httpStatus: 404, message: expect.stringContaining('the model') },
    no_such_place: { category: 'invalid_request', httpStatus: 404, message: expect.stringContaining('/v1') },
    no_such_place_in_html: { category: 'invalid_request', message: expect.stringContaining('/v1') },
    no_such_method: { category: 'invalid_request', httpStatus: 405, message: expect.stringContaining('/v1') },
    slow_down: { category: 'rate_limited', httpStatus: 429, retryAfterMs: 1_000 },
    busy: { category: 'rate_limited', httpStatus: 503, retryAfterMs: 5_000, retryable: true },
    not_ready: { category: 'provider_unavailable', httpStatus: 503 },
    out_of_memory: { category: 'provider_unavailable', httpStatus: 500 },
    vllm_omni_busy: { category: 'rate_limited', retryAfterMs: 5_000 },
    sglang_out_of_memory: { category: 'provider_unavailable', httpStatus: 500 },
    localai_busy: { category: 'rate_limited', retryAfterMs: 5_000 },
    localai_broken: { category: 'provider_unavailable', httpStatus: 500 },
    localai_opaque: { category: 'provider_unavailable', httpStatus: 500 },
    localai_opaque_busy: { category: 'rate_limited', httpStatus: 503, retryAfterMs: 5_000 },
    sd_cpp_broken: { category: 'provider_unavailable', httpStatus: 500 },
    sd_cpp_invalid: { category: 'invalid_request', httpStatus: 400 },
    link: 'delivered',
    link_relative: 'delivered',
    link_absolute: 'delivered',
    link_gone: { category: 'bad_response', httpStatus: 404 },
    link_to_html: { category: 'bad_response', httpStatus: 200 },
    link_to_redirect: { category: 'bad_response', httpStatus: 302 },
    link_to_huge: { category: 'bad_response' },
    link_to_drip: 'endless',
    link_elsewhere: elsewhere,
    link_to_other_port: elsewhere,
    link_by_host_alone: elsewhere,
    link_to_file: elsewhere,
    link_with_data: elsewhere,
    link_broken: elsewhere,
    empty_data: { category: 'bad_response' },
    no_image: { category: 'bad_response' },
    error_in_success: { category: 'bad_response', httpStatus: 200 },
    one_too_many: { category: 'bad_response' },
    too_large: { category: 'invalid_request', httpStatus: 413 },
    ...MISHAP_OUTCOMES,
  },
  secrets: /canary|Bearer|private garden|out of memory|used up its budget|alert\(1\)/i,
});
