import type { AdminProviders, EnhancedPrompt, Generation, ProblemCode, StudioOptions } from '@atelier/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeGemini } from '../../backend/test/fakes/gemini/fake-gemini.mjs';
import { FakeHuggingFace } from '../../backend/test/fakes/huggingface/fake-huggingface.mjs';
import { FakeOllama } from '../../backend/test/fakes/ollama/fake-ollama.mjs';
import { type ApiClient, signIn } from '../support/api-client.js';
import { onlyImage } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { expectBooksInOrder, expectNothingMoved } from '../support/standing.js';

const API_KEY = 'hf_canary_e2e_91b2';
const PROMPT = 'a private garden';
const INSTRUCTION = 'Rewrite the idea in the secret manner of our house.';
const MODELS = { huggingface: 'openai/gpt-oss-20b', gemini: 'gemini-3.8-flash', ollama: 'qwen3:4b' } as const;

type EnhancerKey = keyof typeof MODELS;

/** How each vendor fails, and what the person reads. */
const FAILURES: [enhancer: EnhancerKey, fault: string, status: number, reason: string][] = [
  ['huggingface', 'content_flagged', 422, 'blocked by the content policy'],
  ['huggingface', 'rate_limited_elsewhere', 503, 'Hugging Face is busy.'],
  ['huggingface', 'credits_depleted', 503, 'no credit left'],
  ['huggingface', 'invalid_token', 503, 'does not accept our key'],
  ['huggingface', 'server_error', 503, "can't be reached"],
  ['huggingface', 'model_not_supported', 503, 'did not accept the request'],
  ['huggingface', 'chat_only_thought', 503, 'without a prompt that can be used'],
  ['gemini', 'blocked_prohibited', 422, ''],
  ['gemini', 'rate_limited', 503, 'Gemini is busy.'],
  ['gemini', 'quota_per_day', 503, 'no credit left'],
  ['gemini', 'invalid_api_key', 503, 'does not accept our key'],
  ['gemini', 'overloaded', 503, "can't be reached"],
  ['gemini', 'deadline', 503, 'took too long'],
  ['gemini', 'model_retired', 503, 'did not accept the request'],
  ['gemini', 'max_tokens', 503, 'without a prompt that can be used'],
  ['ollama', 'refusal_in_words', 422, 'Ollama declined'],
  ['ollama', 'cloud_rate_limited', 503, 'Ollama is busy.'],
  ['ollama', 'cloud_unauthorized', 503, 'does not accept our key'],
  ['ollama', 'busy', 503, "can't be reached"],
  ['ollama', 'reset_before', 503, "can't be reached"],
  ['ollama', 'gateway_timeout', 503, 'took too long'],
  ['ollama', 'model_not_found', 503, 'did not accept the request'],
  ['ollama', 'html', 503, 'without a prompt that can be used'],
  ['ollama', 'huge', 503, 'without a prompt that can be used'],
];

describe('prompts enhanced by vendors', () => {
  let huggingface: FakeHuggingFace;
  let gemini: FakeGemini;
  let ollama: FakeOllama;
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  /** One for each enhancer: there is a limit to how many prompts a person may have enhanced in a minute. */
  let unlucky: Record<EnhancerKey, Member>;

  const fakes = () => ({ huggingface, gemini, ollama });

  beforeAll(async () => {
    [huggingface, gemini, ollama] = await Promise.all([
      FakeHuggingFace.start({ apiKey: API_KEY }),
      FakeGemini.start({ apiKey: API_KEY }),
      FakeOllama.start(),
    ]);
    server = await startServer({
      env: {
        HUGGINGFACE_API_KEY: API_KEY,
        HUGGINGFACE_BASE_URL: huggingface.baseUrl,
        GEMINI_API_KEY: API_KEY,
        GEMINI_BASE_URL: gemini.baseUrl,
        OLLAMA_BASE_URL: ollama.baseUrl,
        OUTBOUND_ALLOW: '127.0.0.1',
        LOG_LEVEL: 'trace',
      },
    });
    admin = await signIn(server);
    member = await createMember(server, admin, 1_000);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => createMember(server, admin, 10)));
    unlucky = { huggingface: first!, gemini: second!, ollama: third! };
    await changeSettings(admin, {
      image_gen_provider: 'mock',
      prompt_enhancer_instruction: INSTRUCTION,
      prompt_enhancer_huggingface_model: MODELS.huggingface,
      prompt_enhancer_gemini_model: MODELS.gemini,
      prompt_enhancer_ollama_model: MODELS.ollama,
    });
  });

  afterEach(() => {
    for (const fake of Object.values(fakes())) fake.reset();
  });

  afterAll(async () => {
    await server.dispose();
    await Promise.all(Object.values(fakes()).map((fake) => fake.stop()));
  });

  const newcomer = async (): Promise<ApiClient> => (await createMember(server, admin, 10)).client;

  const use = (enhancer: string): Promise<void> => changeSettings(admin, { prompt_enhancer_provider: enhancer });

  describe.each(Object.entries(MODELS) as [EnhancerKey, string][])('%s', (enhancer, model) => {
    it('suggests for nothing, by the instruction of the settings', async () => {
      await use(enhancer);
      const { body: options } = await member.client.get<StudioOptions>('/studio/options');
      expect(options.enhancer).toMatchObject({ key: enhancer, ready: true });
      expect(options.enhancer).not.toHaveProperty('reason');
      const { status, body } = await expectNothingMoved(member.client, () =>
        member.client.post<EnhancedPrompt>('/studio/enhance-prompt', { prompt: PROMPT }),
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({ prompt: PROMPT, provider: enhancer, model });
      expect(body.enhanced_prompt).toMatch(/^a private garden.{20}/);
      expect(body.enhanced_prompt).not.toMatch(/idea|[<>\n]/);
      const asked = fakes()[enhancer].requests;
      expect(asked).toHaveLength(1);
      expect(JSON.stringify(asked[0]?.body)).toContain(INSTRUCTION);
    });

    it('and makes the image in one call, which keeps both prompts and who enhanced', async () => {
      await use(enhancer);
      const { status, body } = await member.client.post<Generation>('/studio/generate', {
        prompt: PROMPT,
        tier: 'standard',
        enhance: true,
      });
      expect(status).toBe(201);
      const kept = { prompt: PROMPT, enhanced_prompt: body.enhanced_prompt, enhancer: { key: enhancer, model } };
      expect(body.enhanced_prompt).toMatch(/^a private garden.{20}/);
      expect(body).toMatchObject({ ...kept, credits: { quoted: 1, charged: 1 } });
      expect(onlyImage(body)).toMatchObject({ ...kept, revised_prompt: null });
    });
  });

  it.each(FAILURES)('cost nothing when the vendor fails: %s, %s', async (enhancer, fault, status, reason) => {
    await use(enhancer);
    fakes()[enhancer].failAlways(fault);
    const client = unlucky[enhancer].client;
    const code: ProblemCode = status === 422 ? 'provider.content_rejected' : 'enhancer.unavailable';
    await expectNothingMoved(client, async () => {
      const suggested = expectProblem(await client.post('/studio/enhance-prompt', { prompt: PROMPT }), status, code);
      expect(suggested.detail).toContain(reason);
      expect(suggested.charged).toBe(false);
      const generated = await client.post('/studio/generate', { prompt: PROMPT, tier: 'standard', enhance: true });
      expect(expectProblem(generated, status, code).detail).toBe(suggested.detail);
      expect(JSON.stringify(suggested)).not.toMatch(/canary_e2e|127\.0\.0\.1|secret manner|<script>|status \d/);
    });
    // Nothing was tried behind the person's back, and no image was begun.
    expect(fakes()[enhancer].requests).toHaveLength(2);
  });

  it('tell an administrator what to look at, on the page too', async () => {
    await use('ollama');
    ollama.failAlways('model_not_found');
    const refused = await admin.post('/studio/enhance-prompt', { prompt: PROMPT });
    const sentence = 'Ollama did not accept the request (status 404). See whether it has the model qwen3:4b.';
    expect(expectProblem(refused, 503, 'enhancer.unavailable').detail).toContain(sentence);
    const reasonFor = async (client: ApiClient) => (await client.get<StudioOptions>('/studio/options')).body.enhancer;
    expect(await reasonFor(admin)).toMatchObject({ ready: true, reason: sentence });
    expect((await reasonFor(member.client)).reason).toBe('Ollama did not accept the request. Tell your administrator.');
    const health = async () =>
      (await admin.get<AdminProviders>('/admin/providers')).body.providers.find(({ key }) => key === 'ollama')?.health;
    expect(await health()).toMatchObject({ state: 'failing', last_error: { category: 'invalid_request' } });
    ollama.failAlways(undefined);
    expect((await admin.post('/studio/enhance-prompt', { prompt: PROMPT })).status).toBe(200);
    expect(await reasonFor(admin)).not.toHaveProperty('reason');
    expect(await health()).toMatchObject({ state: 'ok', last_error: null });
  });

  it('are limited by the minute, each person for themselves', async () => {
    await use('ollama');
    const [eager, other] = [await newcomer(), await newcomer()];
    const ask = (client: ApiClient) => client.post('/studio/enhance-prompt', { prompt: PROMPT });
    const answers = await Promise.all(Array.from({ length: 25 }, () => ask(eager)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const held = answers.find(({ status }) => status === 429);
    if (!held) throw new Error('Nobody was held back');
    expectProblem(held, 429, 'enhancer.throttled');
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(other)).status).toBe(200);
    expect(ollama.requests).toHaveLength(21);
  });

  it('leave neither key nor prompt nor instruction in the log, and are counted', async () => {
    await expectBooksInOrder(admin);
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    for (const enhancer of Object.keys(MODELS)) {
      expect(metrics).toContain(`atelier_enhancements_total{enhancer="${enhancer}",outcome="succeeded"}`);
      expect(metrics).toMatch(new RegExp(`atelier_provider_tokens_total\\{provider="${enhancer}",.*"output"\\} \\d`));
    }
    const logs = server.logs();
    expect(logs).toContain('Ollama did not enhance a prompt');
    expect(logs).not.toMatch(/canary_e2e|private garden|secret manner|signin_url/);
  });
});
