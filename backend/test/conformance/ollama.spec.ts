import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';
import { FakeOllama, VERSION } from '../fakes/ollama/fake-ollama.mjs';
import { FAULTS } from '../fakes/ollama/faults.mjs';
import { until } from '../until.js';

const SYSTEM = { role: 'system', content: 'Rewrite the idea.' };

/** Ollama's own client is the judge: what it makes of the fake, it makes of Ollama. */
describe('the fake Ollama, asked by the official client', () => {
  let fake: FakeOllama;
  let client: Ollama;

  beforeAll(async () => {
    fake = await FakeOllama.start();
    client = new Ollama({ host: fake.baseUrl });
  });
  afterEach(() => fake.reset());
  afterAll(() => fake.stop());

  const ask = (content = 'a cat on the moon', model = 'llama3.2') =>
    client.chat({ model, messages: [SYSTEM, { role: 'user', content }], think: false });

  it('answers in whole, with what it cost', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({ model: 'llama3.2', done: true, done_reason: 'stop', load_duration: 0 });
    expect(answer.message.role).toBe('assistant');
    expect(answer.message.content).toMatch(/^a cat on the moon, /);
    expect(answer.message.thinking).toBeUndefined();
    expect(answer.prompt_eval_count + answer.eval_count).toBeGreaterThan(20);
    expect(fake.requests[0]?.body).toMatchObject({ stream: false, think: false });
  });

  it('answers piece by piece, and does so unless it is told not to', async () => {
    const pieces: string[] = [];
    const stream = await client.chat({
      model: 'llama3.2',
      messages: [{ role: 'user', content: 'a cat' }],
      stream: true,
    });
    for await (const { message, done } of stream) if (!done) pieces.push(message.content);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).toBe((await ask('a cat')).message.content);

    const raw = await fetch(`${fake.baseUrl}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama3.2', messages: [{ role: 'user', content: 'a cat' }] }),
    });
    expect(raw.headers.get('content-type')).toBe('application/x-ndjson');
    expect((await raw.text()).trim().split('\n').length).toBe(pieces.length + 1);
  });

  it('thinks beside its answer, if it can and may', async () => {
    const think = (model: string, wish: boolean) =>
      client.chat({ model, messages: [{ role: 'user', content: 'a cat' }], think: wish });
    expect((await think('qwen3:4b', true)).message.thinking).toBe('The user wants a picture.');
    expect((await think('qwen3:4b', false)).message.thinking).toBeUndefined();
    await expect(think('llama3.2', true)).rejects.toMatchObject({
      status_code: 400,
      error: '"llama3.2" does not support thinking',
    });
  });

  it('tells what it is, what it has, and what it has in memory', async () => {
    expect(await client.version()).toEqual({ version: VERSION });
    expect((await client.list()).models.map(({ name }) => name)).toContain('llama3.2:latest');
    expect(await client.show({ model: 'qwen3:4b' })).toMatchObject({
      capabilities: ['completion', 'tools', 'thinking'],
    });
    await expect(client.show({ model: 'none' })).rejects.toMatchObject({ status_code: 404 });
    expect((await client.ps()).models).toEqual([]);
    await ask();
    expect((await client.ps()).models).toMatchObject([{ name: 'llama3.2:latest' }]);
  });

  it('takes its time over the first request to a model only', async () => {
    const slow = await FakeOllama.start({ loadMs: 40 });
    try {
      const patient = new Ollama({ host: slow.baseUrl });
      const loads = [];
      for (let round = 0; round < 2; round += 1) {
        const { load_duration: nanoseconds } = await patient.chat({
          model: 'llama3.2',
          messages: [{ role: 'user', content: 'a cat' }],
        });
        loads.push(nanoseconds);
      }
      expect(loads).toEqual([40_000_000, 0]);
      expect(await patient.chat({ model: 'llama3.2', messages: [] })).toMatchObject({ done_reason: 'load' });
    } finally {
      await slow.stop();
    }
  });

  it.each([
    ['none', 404, "model 'none' not found"],
    ['nomic-embed-text', 400, '"nomic-embed-text" does not support chat'],
    ['z-image', 400, 'image generation models are not currently supported'],
    ['', 400, 'model is required'],
  ])('refuses the model %j as Ollama does', async (model, status_code, error) => {
    await expect(ask('a cat', model)).rejects.toMatchObject({ name: 'ResponseError', status_code, error });
  });

  it.each([
    ['model_not_pulled', 404, 'model "llama3.2" not found, try pulling it first'],
    ['busy', 503, 'server busy, please try again.  maximum pending requests exceeded'],
    ['out_of_memory', 500, expect.stringContaining('more system memory')],
    ['cloud_rate_limited', 429, expect.stringContaining('usage limit')],
    ['cloud_unreachable', 502, 'upstream error'],
    ['cloud_unauthorized', 401, 'unauthorized'],
  ])('fails as Ollama does: %s', async (fault, status_code, error) => {
    fake.failNext(fault);
    await expect(ask()).rejects.toMatchObject({ name: 'ResponseError', status_code, error });
  });

  it.each(['only_loaded', 'empty_content', 'only_thought', 'error_in_success', 'refusal_in_words'])(
    'answers 200, and the client notices nothing: %s',
    async (fault) => {
      await expect(ask(`A fox [fake:fault=${fault}]`)).resolves.toBeDefined();
    },
  );

  it.each(['hang_before_headers', 'hang_after_headers', 'drip'])(
    'never ends, and sees who goes away: %s',
    async (fault) => {
      fake.failNext(fault);
      const controller = new AbortController();
      const cancelable = new Ollama({
        host: fake.baseUrl,
        fetch: (input, init) => fetch(input, { ...init, signal: controller.signal }),
      });
      const outcome = cancelable
        .chat({ model: 'llama3.2', messages: [{ role: 'user', content: 'a cat' }] })
        .catch((reason: unknown) => reason);
      await until(() => fake.inFlight === 1);
      controller.abort();
      expect(await outcome).toMatchObject({ name: 'AbortError' });
      await until(() => fake.inFlight === 0);
      expect(fake.requests.map(({ outcome: end }) => end)).toEqual(['aborted']);
    },
  );

  it('knows by name every fault that it can have', () => {
    for (const fault of Object.keys(FAULTS)) expect(() => fake.failNext(fault)).not.toThrow();
    expect(() => fake.failNext('sometimes')).toThrow('knows no fault');
  });
});
