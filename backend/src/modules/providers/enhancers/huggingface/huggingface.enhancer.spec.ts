import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CHAT_FAULTS } from '../../../../../test/fakes/huggingface/chat.mjs';
import { FakeHuggingFace } from '../../../../../test/fakes/huggingface/fake-huggingface.mjs';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { EnhancerSetup } from '../../prompt-enhancer.js';
import { API_KEY, NOBODY, describeTroubles, never, openBench, setupAt } from '../../testing/enhancer-bench.js';
import { describePromptEnhancer } from '../../testing/prompt-enhancer.suite.js';
import { HuggingFaceEnhancer } from './huggingface.enhancer.js';

const MODEL = 'meta-llama/Llama-3.1-8B-Instruct';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const { metrics, providerMetrics, log } = openBench(http);
const enhancer = new HuggingFaceEnhancer(http, providerMetrics);
let fake: FakeHuggingFace;

beforeAll(async () => {
  fake = await FakeHuggingFace.start({ apiKey: API_KEY });
});
afterEach(() => fake.reset());
afterAll(() => fake.stop());

const setup = (baseUrl = fake.baseUrl, more: Partial<EnhancerSetup> = {}): EnhancerSetup =>
  setupAt('huggingface', baseUrl, { model: MODEL, ...more });

describePromptEnhancer('Hugging Face', { enhancer, setup, broken: { setup: () => setup(NOBODY) } });

describe('HuggingFaceEnhancer', () => {
  it('is ready once it has a key', () => {
    const { connection } = setup();
    expect(enhancer.isReady({ ...setup(), connection: { ...connection!, apiKey: undefined } })).toBe(false);
  });

  it('talks to the model of the settings, with the instruction before the idea', async () => {
    const { text, model } = await enhancer.enhance('a cat', setup(), never());
    expect(text).toMatch(/^a cat ?, in soft golden-hour light/);
    expect(model).toBe(MODEL);
    expect(fake.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: {
        model: MODEL,
        stream: false,
        max_tokens: 512 + 150 * 6,
        temperature: 0.7,
        messages: [
          { role: 'system', content: expect.stringMatching(/^Rewrite the idea in the secret manner/) },
          { role: 'user', content: expect.stringContaining('a cat') },
        ],
      },
    });
    expect(fake.requests[0]?.body).not.toHaveProperty('reasoning_effort');
    expect(await metrics.format()).toContain(`atelier_provider_tokens_total{provider="huggingface",model="${MODEL}"`);
  });

  it('asks a model that reasons to keep it short, whoever runs it', async () => {
    await enhancer.enhance('a cat', setup(undefined, { model: 'openai/gpt-oss-20b:cheapest' }), never());
    expect(fake.requests[0]?.body).toMatchObject({ reasoning_effort: 'low' });
  });
});

const CHAT_OUTCOMES = {
  chat_only_thought: { category: 'bad_response', httpStatus: 200, retryable: true },
  chat_empty: { category: 'bad_response' },
  chat_blank: { category: 'bad_response' },
  chat_no_choices: { category: 'bad_response' },
  chat_not_text: { category: 'bad_response' },
  chat_cut: { text: 'A lighthouse at dusk' },
  chat_filtered: { category: 'content_rejected', message: expect.stringContaining('Hugging Face declined') },
  chat_error_in_success: { category: 'bad_response' },
  chat_not_json: { category: 'bad_response' },
  chat_drip: 'endless',
} as const;

it('knows what becomes of every fault of a conversation', () => {
  expect(Object.keys(CHAT_OUTCOMES).sort()).toEqual(Object.keys(CHAT_FAULTS).sort());
});

describeTroubles('Hugging Face', {
  enhancer,
  fake: () => fake,
  setup,
  log,
  outcomes: {
    ...CHAT_OUTCOMES,
    invalid_token: { category: 'auth_failed', httpStatus: 401 },
    no_permission: { category: 'auth_failed', httpStatus: 403 },
    credits_depleted: { category: 'quota_exhausted', httpStatus: 402, retryable: false },
    free_limit_reached: { category: 'quota_exhausted', httpStatus: 402 },
    insufficient_quota: { category: 'quota_exhausted', httpStatus: 429 },
    model_not_supported: { category: 'invalid_request', providerCode: 'model_not_supported' },
    wrong_task: { category: 'invalid_request', httpStatus: 400 },
    unknown_route: { category: 'invalid_request', httpStatus: 404 },
    legacy_host: { category: 'invalid_request', httpStatus: 410 },
    content_flagged: { category: 'content_rejected', httpStatus: 400 },
    legal_reasons: { category: 'content_rejected', httpStatus: 451 },
    rate_limited_with_both: { category: 'rate_limited', retryAfterMs: 7_000 },
    rate_limited_elsewhere: { category: 'rate_limited', httpStatus: 429 },
    model_loading: { category: 'provider_unavailable', httpStatus: 503, retryable: true },
    server_error: { category: 'provider_unavailable', httpStatus: 500 },
    hang_before_headers: 'endless',
    hang_after_headers: 'endless',
    reset_before: { category: 'provider_unavailable', providerCode: 'ECONNRESET' },
  },
});
