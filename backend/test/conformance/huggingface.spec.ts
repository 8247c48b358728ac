import {
  InferenceClient,
  InferenceClientProviderApiError,
  InferenceClientProviderOutputError,
} from '@huggingface/inference';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { FakeHuggingFace } from '../fakes/huggingface/fake-huggingface.mjs';

/** The vendor's client knows no other hosts than these, and asks for the model of its sub-provider before each call. */
const VENDOR_HOSTS = ['router.huggingface.co', 'huggingface.co', 'v3.fal.media'];

const JOB_ID = /[0-9a-f]{8}-[0-9a-f-]{27}/;

const TOKEN = 'hf_conformance';
const SCHNELL = 'black-forest-labs/FLUX.1-schnell';
const STABLE_DIFFUSION = 'stabilityai/stable-diffusion-3-medium-diffusers';

/** The vendor's own client is the judge: what it makes of the fake, it makes of the vendor. */
describe('the fake Hugging Face, asked by the official client', () => {
  const realFetch = globalThis.fetch;
  let fake: FakeHuggingFace;
  const client = new InferenceClient(TOKEN, { retry_on_error: false });

  beforeAll(async () => {
    fake = await FakeHuggingFace.start({ pictureBytes: 60_000, apiKey: TOKEN, mediaOrigin: 'https://v3.fal.media' });
    globalThis.fetch = (input, init) => realFetch(redirected(input, fake.origin), init);
  });
  afterEach(() => fake.reset());
  afterAll(async () => {
    globalThis.fetch = realFetch;
    await fake.stop();
  });

  const paths = () => fake.requests.map(({ method, path }) => `${method} ${path.replace(JOB_ID, 'ID')}`);

  it.each([
    ['nscale', SCHNELL, { size: '1536x1024' }],
    ['together', SCHNELL, { width: 1536, height: 1024, num_inference_steps: 4 }],
    ['fal-ai', 'black-forest-labs/FLUX.1-dev', { image_size: { width: 1536, height: 1024 }, seed: 7 }],
    ['hf-inference', STABLE_DIFFUSION, { width: 1536, height: 1024, seed: 7 }],
  ] as const)('makes an image with %s', async (provider, model, parameters) => {
    const image = await client.textToImage({ provider, model, inputs: 'A lighthouse', parameters });
    const picture = Buffer.from(await new Response(image).arrayBuffer());
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'png', width: 1536, height: 1024 });
    expect(picture.length / 60_000).toBeCloseTo(1, 0);
  });

  it('hands out a picture of hf-inference as base64, too', async () => {
    fake.hfInferenceAnswers = 'base64';
    const image = await client.textToImage({ provider: 'hf-inference', model: STABLE_DIFFUSION, inputs: 'A fox' });
    expect(await sharp(await new Response(image).arrayBuffer()).metadata()).toMatchObject({ format: 'png' });
  });

  it("keeps a job in fal's queue until it is done, and shows its picture to anybody", async () => {
    await client.textToImage({ provider: 'fal-ai', model: 'black-forest-labs/FLUX.1-dev', inputs: 'A fox' });
    expect(paths().filter((path) => !path.includes('/api/'))).toEqual([
      'POST /fal-ai/fal-ai/flux/dev',
      'GET /fal-ai/fal-ai/flux/requests/ID/status',
      'GET /fal-ai/fal-ai/flux/requests/ID/status',
      'GET /fal-ai/fal-ai/flux/requests/ID',
      'GET /files/fake/ID.png',
    ]);
    expect(fake.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('says when the safety filter has blanked a picture', async () => {
    const result = await client.textToImage(
      { provider: 'fal-ai', model: 'black-forest-labs/FLUX.1-dev', inputs: 'A fox [fake:fault=nsfw]' },
      { outputType: 'json' },
    );
    expect(result).toMatchObject({ has_nsfw_concepts: [true], images: [{ content_type: 'image/png' }] });
  });

  it.each([undefined, 'fastest', 'groq'])('talks to a model, served by %s', async (suffix) => {
    const model = 'openai/gpt-oss-20b';
    const answer = await client.chatCompletion({
      model: suffix === undefined ? model : `${model}:${suffix}`,
      messages: [
        { role: 'system', content: 'Rewrite it.' },
        { role: 'user', content: 'a cat on the moon' },
      ],
      max_tokens: 400,
    });
    expect(answer).toMatchObject({ model, choices: [{ finish_reason: 'stop', message: { role: 'assistant' } }] });
    expect(answer.choices[0]?.message.content).toContain('a cat on the moon');
    expect(answer.usage.completion_tokens).toBeGreaterThan(0);
    expect(paths()).toEqual(['POST /v1/chat/completions']);
  });

  it.each([
    ['invalid_token', 401, 'Invalid username or password'],
    ['no_permission', 403, 'sufficient permissions'],
    ['credits_depleted', 402, 'depleted your monthly included credits'],
    ['free_limit_reached', 402, 'free monthly usage limit'],
    ['wrong_task', 400, 'not supported for task'],
    ['message_only', 400, 'Bad request'],
    ['legacy_host', 410, 'no longer supported'],
    ['rate_limited', 429, 'Rate limit reached'],
    ['model_loading', 503, 'currently loading'],
    ['problem', 503, 'No healthy upstream'],
    ['unknown_route', 404, 'Not Found'],
    ['bad_gateway', 502, 'an HTTP error occurred'],
    ['content_policy_violation', 422, 'an HTTP error occurred'],
  ])('fails as the vendor does: %s', async (fault, status, message) => {
    const error = await failure(
      client.textToImage({ provider: 'nscale', model: SCHNELL, inputs: `A fox [fake:fault=${fault}]` }),
    );
    expect(error).toBeInstanceOf(InferenceClientProviderApiError);
    expect(error).toMatchObject({
      message: expect.stringContaining(message),
      httpResponse: { status, requestId: expect.stringMatching(/^Root=1-fake-\d+$/) },
    });
  });

  it('refuses a model that nobody serves, as the vendor does', async () => {
    const error = await failure(
      client.chatCompletion({ model: 'fake/model', messages: [{ role: 'user', content: 'Hello' }] }),
    );
    expect(error).toMatchObject({
      httpResponse: { status: 400, body: { error: { code: 'model_not_supported', param: 'model' } } },
    });
  });

  it.each(['empty_data', 'no_image', 'null_answer'])('answers 200 without an image: %s', async (fault) => {
    const error = await failure(
      client.textToImage({ provider: 'nscale', model: SCHNELL, inputs: `A fox [fake:fault=${fault}]` }),
    );
    expect(error).toBeInstanceOf(fault === 'null_answer' ? TypeError : InferenceClientProviderOutputError);
  });

  it('accepts one token only, when it is told so', async () => {
    const stranger = new InferenceClient('hf_stranger', { retry_on_error: false });
    const outcome = stranger.textToImage({ provider: 'nscale', model: SCHNELL, inputs: 'A fox' });
    await expect(outcome).rejects.toMatchObject({ httpResponse: { status: 401 } });
    expect(fake.imageRequests).toBe(0);
  });
});

/** Where a request of the client goes instead. */
function redirected(input: string | URL | Request, origin: string): string {
  const url = new URL(input instanceof Request ? input.url : input);
  return VENDOR_HOSTS.includes(url.hostname) ? `${origin}${url.pathname}${url.search}` : url.href;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return error;
  }
}
