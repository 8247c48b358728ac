import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeGemini } from '../../../../../test/fakes/gemini/fake-gemini.mjs';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { EnhancerSetup } from '../../prompt-enhancer.js';
import { API_KEY, NOBODY, describeTroubles, never, openBench, setupAt } from '../../testing/enhancer-bench.js';
import { describePromptEnhancer } from '../../testing/prompt-enhancer.suite.js';
import { GeminiEnhancer } from './gemini.enhancer.js';

const MODEL = 'gemini-3.5-flash-lite';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const { metrics, providerMetrics, log } = openBench(http);
const enhancer = new GeminiEnhancer(http, providerMetrics);
let fake: FakeGemini;

beforeAll(async () => {
  fake = await FakeGemini.start({ apiKey: API_KEY });
});
afterEach(() => fake.reset());
afterAll(() => fake.stop());

const setup = (baseUrl = fake.baseUrl, more: Partial<EnhancerSetup> = {}): EnhancerSetup =>
  setupAt('gemini', baseUrl, { model: MODEL, ...more });

describePromptEnhancer('Gemini', { enhancer, setup, broken: { setup: () => setup(NOBODY) } });

describe('GeminiEnhancer', () => {
  it('is ready once it has a key', () => {
    const { connection } = setup();
    expect(enhancer.isReady({ ...setup(), connection: { ...connection!, apiKey: undefined } })).toBe(false);
  });

  it('asks the model of the settings, which is to think as little as it can', async () => {
    const { text, model } = await enhancer.enhance('a cat', setup(), never());
    expect(text).toMatch(/^a cat ?, in the warm light/);
    expect(model).toBe(MODEL);
    expect(fake.requests[0]).toMatchObject({
      path: `/v1beta/models/${MODEL}:generateContent`,
      headers: { 'x-goog-api-key': API_KEY },
      body: {
        systemInstruction: { parts: [{ text: expect.stringMatching(/^Rewrite the idea in the secret manner/) }] },
        contents: [{ role: 'user', parts: [{ text: expect.stringContaining('a cat') }] }],
        generationConfig: {
          temperature: 0.7,
          maxOutputTokens: 512 + 150 * 6,
          thinkingConfig: { thinkingLevel: 'MINIMAL' },
        },
      },
    });
    // What it thought is billed for as well.
    expect(await metrics.format()).toMatch(
      /atelier_provider_tokens_total\{provider="gemini",model="gemini-3.5-flash-lite",direction="output"\} \d{2,}/,
    );
  });
});

describe('GeminiEnhancer and models that think', () => {
  it.each([
    ['gemini-3.8-flash', { thinkingLevel: 'MINIMAL' }],
    ['gemini-flash-lite-latest', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.8-pro', { thinkingLevel: 'LOW' }],
    ['gemini-pro-latest', { thinkingLevel: 'LOW' }],
    ['gemini-2.5-flash', undefined],
    ['gemma-3-27b-it', undefined],
  ])('tells %s to think %j', async (model, thinkingConfig) => {
    // Not all of them are there to answer; what they are asked is seen all the same.
    await enhancer.enhance('a cat', setup(undefined, { model }), never()).catch(() => undefined);
    expect(fake.requests[0]?.body['generationConfig']).toEqual({
      temperature: 0.7,
      maxOutputTokens: expect.any(Number),
      ...(thinkingConfig && { thinkingConfig }),
    });
  });
});

describeTroubles('Gemini', {
  enhancer,
  fake: () => fake,
  setup,
  log,
  outcomes: {
    text_preamble: { text: 'A lighthouse in the last light of the day.' },
    text_endless: {
      text: /^(A lighthouse and yet another lighthouse\. ){24}A lighthouse and yet another lighthouse\.$/,
    },
    text_blank: { category: 'bad_response' },
    max_tokens: { category: 'bad_response', providerCode: 'MAX_TOKENS' },
    no_candidates: { category: 'bad_response' },
    no_parts: { category: 'bad_response' },
    malformed_response: { category: 'bad_response' },
    error_in_success: { category: 'bad_response' },
    blocked_safety: { category: 'content_rejected', httpStatus: 200 },
    blocked_prohibited: { category: 'content_rejected' },
    finish_recitation: { category: 'content_rejected', providerCode: 'RECITATION' },
    account_limited: { category: 'auth_failed' },
    invalid_argument: { category: 'invalid_request', httpStatus: 400 },
    invalid_api_key: { category: 'auth_failed', httpStatus: 400, retryable: false },
    region: { category: 'auth_failed', httpStatus: 400 },
    permission_denied: { category: 'auth_failed', httpStatus: 403 },
    prepaid_exhausted: { category: 'quota_exhausted', httpStatus: 402 },
    model_retired: { category: 'invalid_request', httpStatus: 404 },
    rate_limited: { category: 'rate_limited', retryAfterMs: 31_500 },
    quota_per_day: { category: 'quota_exhausted', httpStatus: 429 },
    internal: { category: 'provider_unavailable', httpStatus: 500 },
    overloaded: { category: 'provider_unavailable', httpStatus: 503 },
    deadline: { category: 'timeout', httpStatus: 504 },
    html: { category: 'bad_response' },
    redirect: { category: 'invalid_request', httpStatus: 302 },
    hang_before_headers: 'endless',
    drip: 'endless',
    reset_before: { category: 'provider_unavailable', providerCode: 'ECONNRESET' },
    huge: { category: 'bad_response' },
  },
});
