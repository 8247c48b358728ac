import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../../../test/fakes/ollama/faults.mjs';
import { FakeOllama } from '../../../../../test/fakes/ollama/fake-ollama.mjs';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { EnhancerSetup } from '../../prompt-enhancer.js';
import { NOBODY, describeTroubles, never, openBench, setupAt } from '../../testing/enhancer-bench.js';
import { connectionTo } from '../../testing/setups.js';
import { describePromptEnhancer } from '../../testing/prompt-enhancer.suite.js';
import { OllamaEnhancer } from './ollama.enhancer.js';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const { metrics, providerMetrics, log } = openBench(http);
const enhancer = new OllamaEnhancer(http, providerMetrics);
let fake: FakeOllama;

beforeAll(async () => {
  fake = await FakeOllama.start();
});
afterEach(() => fake.reset());
afterAll(() => fake.stop());

const setup = (baseUrl = fake.baseUrl, more: Partial<EnhancerSetup> = {}): EnhancerSetup =>
  setupAt('ollama', baseUrl, { model: 'llama3.2', ...more });

describePromptEnhancer('Ollama', { enhancer, setup, broken: { setup: () => setup(NOBODY) } });

describe('OllamaEnhancer', () => {
  it('is ready with an address and a model, and needs no key', async () => {
    const keyless = { ...setup(), connection: { ...connectionTo('ollama', fake.baseUrl), apiKey: undefined } };
    expect(enhancer.isReady(keyless)).toBe(true);
    expect(enhancer.isReady({ ...keyless, model: '' })).toBe(false);
  });

  it('asks for one whole answer without thoughts, with the instruction before the idea', async () => {
    expect(await enhancer.enhance('a cat', setup(), never())).toEqual({
      text: 'a cat, in soft light that falls from one side, with finely observed detail and a calm mood',
      model: 'llama3.2',
    });
    expect(fake.requests[0]).toMatchObject({
      path: '/api/chat',
      headers: { authorization: 'Bearer sk-canary-8c1f' },
      body: {
        model: 'llama3.2',
        stream: false,
        think: false,
        keep_alive: '5m',
        options: { temperature: 0.7, num_predict: 512 + 150 * 6 },
        messages: [
          {
            role: 'system',
            content: expect.stringMatching(/^Rewrite the idea in the secret manner[^]*at most 150 words/),
          },
          { role: 'user', content: expect.stringMatching(/^<(idea-[0-9a-f]{8})>\na cat\n<\/\1>$/) },
        ],
      },
    });
    expect(await metrics.format()).toMatch(
      /atelier_provider_tokens_total\{provider="ollama",model="llama3.2",direction="output"\} \d{2,}/,
    );
  });

  it('sends no key where there is none', async () => {
    const { connection } = setup();
    await enhancer.enhance('a cat', { ...setup(), connection: { ...connection!, apiKey: undefined } }, never());
    expect(fake.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('takes the prompt out of what the model says around it', async () => {
    fake.says =
      '<think>\nA cat.\n</think>\nSure! Here is the enhanced prompt:\n\n"**A cat** on the moon"\n\nLet me know!';
    expect((await enhancer.enhance('a cat', setup(), never())).text).toBe('A cat on the moon');
  });

  it('keeps within the words that there is room for', async () => {
    fake.says = 'One two three four five. '.repeat(40);
    const { text } = await enhancer.enhance('a cat', setup(undefined, { maxWords: 23 }), never());
    expect(text.split(' ')).toHaveLength(20);
  });

  it.each([
    ['the instruction', (system: string) => `My instruction is: ${system}`],
    ['the rules alone', (system: string) => system.slice(system.lastIndexOf('\n\n'))],
    ['the beginning of the instruction', (system: string) => system.slice(0, 75).toUpperCase()],
  ])('tells nobody %s when the model does', async (_, leak) => {
    await enhancer.enhance('a cat', setup(), never());
    const [system] = fake.requests[0]?.body['messages'] as [{ content: string }];
    fake.says = leak(system.content);
    await expect(enhancer.enhance('a cat', setup(), never())).rejects.toMatchObject({ category: 'bad_response' });
  });

  it('tells which models can answer, and how quickly the server does', async () => {
    const report = await enhancer.test(setup(), never());
    expect(report.models).toEqual(['llama3.2:latest', 'qwen3:4b']);
    expect(report.latencyMs).toBeLessThan(30_000);
    await expect(enhancer.test(setup(NOBODY), never())).rejects.toMatchObject({ category: 'provider_unavailable' });
    fake.failAlways('html');
    await expect(enhancer.test(setup(), never())).rejects.toMatchObject({ category: 'bad_response' });
  });
});

const OUTCOMES = {
  model_not_found: { category: 'invalid_request', httpStatus: 404, retryable: false },
  model_not_pulled: { category: 'invalid_request', httpStatus: 404 },
  no_such_route: { category: 'invalid_request', httpStatus: 404 },
  thinking_unsupported: { category: 'invalid_request', httpStatus: 400 },
  chat_unsupported: { category: 'invalid_request', httpStatus: 400 },
  image_model: { category: 'invalid_request', httpStatus: 400 },
  busy: { category: 'provider_unavailable', httpStatus: 503, retryable: true },
  out_of_memory: { category: 'provider_unavailable', httpStatus: 500 },
  runner_died: { category: 'provider_unavailable', httpStatus: 500 },
  cloud_unreachable: { category: 'provider_unavailable', httpStatus: 502 },
  cloud_rate_limited: { category: 'rate_limited', httpStatus: 429, retryable: true },
  cloud_unauthorized: { category: 'auth_failed', httpStatus: 401, retryable: false },
  proxy_forbidden: { category: 'auth_failed', httpStatus: 403 },
  bad_gateway: { category: 'provider_unavailable', httpStatus: 502 },
  gateway_timeout: { category: 'timeout', httpStatus: 504 },
  redirect: { category: 'invalid_request', httpStatus: 302 },
  html: { category: 'bad_response', httpStatus: 200 },
  not_json: { category: 'bad_response' },
  empty_body: { category: 'bad_response' },
  null_answer: { category: 'bad_response' },
  error_in_success: { category: 'bad_response', httpStatus: 200 },
  stream: { category: 'bad_response' },
  no_message: { category: 'bad_response' },
  only_loaded: { category: 'bad_response' },
  empty_content: { category: 'bad_response' },
  blank_content: { category: 'bad_response' },
  only_thought: { category: 'bad_response', retryable: true },
  thought_in_content: { category: 'bad_response' },
  refusal_in_words: { category: 'content_rejected', message: expect.stringContaining('Ollama declined') },
  hang_before_headers: 'endless',
  hang_after_headers: 'endless',
  drip: 'endless',
  reset_before: { category: 'provider_unavailable', providerCode: 'ECONNRESET' },
  huge: { category: 'bad_response' },
  huge_declared: { category: 'bad_response' },
  reset_in_body: { category: 'bad_response' },
  cut_in_body: { category: 'bad_response' },
} as const;

it('knows what becomes of every fault of Ollama', () => {
  expect(Object.keys(OUTCOMES).sort()).toEqual(Object.keys(FAULTS).sort());
});

describeTroubles('Ollama', { enhancer, fake: () => fake, setup, outcomes: OUTCOMES, log });
