import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI, {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import sharp from 'sharp';
import { FakeOpenAI } from '../fakes/openai/fake-openai.mjs';

/** The vendor's own client is the judge: what it makes of the fake, it makes of the vendor. */
describe('the fake OpenAI, asked by the official client', () => {
  let fake: FakeOpenAI;
  let client: OpenAI;

  beforeAll(async () => {
    fake = await FakeOpenAI.start({ pictureBytes: 60_000 });
    client = clientOf(fake, { maxRetries: 0 });
  });
  afterEach(() => fake.reset());
  afterAll(() => fake.stop());

  const ask = (prompt = 'A lighthouse', more: Partial<OpenAI.ImageGenerateParamsNonStreaming> = {}) =>
    client.images.generate({ model: 'gpt-image-2.6-flare', prompt, quality: 'medium', ...more });

  it('delivers a picture of the size that was asked for, with what it cost', async () => {
    const { data, response, request_id } = await ask('A lighthouse', { size: '1536x1024' }).withResponse();
    const picture = Buffer.from(data.data?.[0]?.b64_json ?? '', 'base64');
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'png', width: 1536, height: 1024 });
    expect(picture.length / 60_000).toBeCloseTo(1, 0);
    expect(data).toMatchObject({ size: '1536x1024', quality: 'medium', output_format: 'png' });
    expect(data.usage).toMatchObject({ output_tokens: 343, total_tokens: 346 });
    expect(request_id).toMatch(/^req_fake_\d+$/);
    expect(response.headers.get('openai-processing-ms')).toBe('0');
  });

  it('delivers as many as were asked for, each of the bytes that were configured', async () => {
    const large = await FakeOpenAI.start({ pictureBytes: 1_200_000 });
    try {
      const { data } = await clientOf(large).images.generate({ model: 'gpt-image-2', prompt: 'A fox', n: 2 });
      expect(data).toHaveLength(2);
      for (const { b64_json } of data ?? [])
        expect(Buffer.byteLength(b64_json!, 'base64') / 1_200_000).toBeCloseTo(1, 1);
    } finally {
      await large.stop();
    }
  });

  it('lists its models', async () => {
    const models = await client.models.list();
    expect(models.data).toContainEqual(
      expect.objectContaining({ id: 'gpt-image-2.6-sunburst', object: 'model', shutdown_date: null }),
    );
  });

  it.each([
    ['moderation_blocked', BadRequestError, { code: 'moderation_blocked', type: 'image_generation_user_error' }],
    ['model_retired', BadRequestError, { code: 'invalid_value', type: 'image_generation_user_error' }],
    ['billing_hard_limit_reached', BadRequestError, { code: 'billing_hard_limit_reached' }],
    ['invalid_api_key', AuthenticationError, { code: 'invalid_api_key', status: 401 }],
    ['org_unverified', PermissionDeniedError, { code: null, status: 403 }],
    ['model_not_found', NotFoundError, { code: 'model_not_found', status: 404 }],
    ['rate_limited', RateLimitError, { code: 'rate_limit_exceeded', status: 429 }],
    ['insufficient_quota', RateLimitError, { code: 'insufficient_quota', type: 'insufficient_quota' }],
    ['slow_down_503', InternalServerError, { code: 'slow_down', status: 503 }],
    ['server_error', InternalServerError, { type: 'server_error', status: 500 }],
    ['bad_gateway', InternalServerError, { status: 502, error: undefined }],
    ['reset_before', APIConnectionError, { status: undefined }],
  ] as const)('fails as the vendor does: %s', async (fault, type, fields) => {
    const error = await ask(`A fox [fake:fault=${fault}]`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject(fields);
  });

  it.each([
    ['style', { style: 'vivid' }, 'unknown_parameter'],
    ['response_format', { response_format: 'b64_json' }, 'unknown_parameter'],
    ['size', { size: '1000x1000' }, 'invalid_size'],
    ['size', { size: '4096x4096' }, 'invalid_size'],
    ['quality', { quality: 'hd' }, 'invalid_value'],
    ['n', { n: 11 }, 'invalid_value'],
    ['model', { model: 'dall-e-3' }, 'invalid_value'],
    ['prompt', { prompt: 'x'.repeat(32_001) }, 'string_above_max_length'],
  ] as const)('refuses a wrong %s, as the vendor does: %j', async (param, more, code) => {
    await expect(ask('A fox', more as Partial<OpenAI.ImageGenerateParamsNonStreaming>)).rejects.toMatchObject({
      status: 400,
      param,
      code,
    });
  });

  it.each([
    ['a moment too soon', 'rate_limited_briefly', 3],
    // It does not tell these apart, as we do: what is asked again is refused again.
    ['without money', 'insufficient_quota', 3],
    ['for what is not allowed', 'moderation_blocked', 1],
  ])('is asked again by the client as it comes, when it was asked %s', async (_, fault, times) => {
    fake.failAlways(fault);
    const outcome = clientOf(fake).images.generate({ model: 'gpt-image-2', prompt: 'A fox' });
    await expect(outcome).rejects.toBeInstanceOf(APIError);
    expect(fake.imageRequests).toBe(times);
  });

  it('makes the client try again, and counts it', async () => {
    fake.failNext('rate_limited_briefly');
    const { data } = await clientOf(fake).images.generate({ model: 'gpt-image-2', prompt: 'A fox' });
    expect(data).toHaveLength(1);
    expect(fake.imageRequests).toBe(2);
    expect(fake.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '1']);
  });

  it('accepts one key only, when it is told so', async () => {
    const strict = await FakeOpenAI.start({ apiKey: 'sk-right' });
    try {
      const wrong = clientOf(strict).images.generate({ model: 'gpt-image-2', prompt: 'A fox' });
      await expect(wrong).rejects.toBeInstanceOf(AuthenticationError);
      expect(strict.imageRequests).toBe(0);
    } finally {
      await strict.stop();
    }
  });

  it.each(['hang_before_headers', 'hang_after_headers', 'drip'])('never ends: %s', async (fault) => {
    const slow = clientOf(fake, { maxRetries: 0, timeout: 300 });
    const outcome = slow.images.generate({ model: 'gpt-image-2', prompt: `A fox [fake:fault=${fault}]` });
    await expect(outcome).rejects.toBeInstanceOf(APIConnectionError);
  });

  it.each(['empty_data', 'one_too_many', 'base64_truncated', 'image_html', 'bomb'])(
    'answers 200, and the client notices nothing: %s',
    async (fault) => {
      await expect(ask(`A fox [fake:fault=${fault}]`)).resolves.toHaveProperty('data');
    },
  );

  it('sees when a client goes away', async () => {
    const controller = new AbortController();
    const outcome = client.images.generate(
      { model: 'gpt-image-2', prompt: 'A fox [fake:fault=hang_before_headers]' },
      { signal: controller.signal },
    );
    outcome.catch(() => undefined);
    await eventually(() => fake.inFlight === 1);
    controller.abort();
    await expect(outcome).rejects.toThrow('aborted');
    await eventually(() => fake.inFlight === 0);
    expect(fake.requests[0]?.outcome).toBe('aborted');
  });

  it('can be steered from another process', async () => {
    const control = (method: string, body?: object) =>
      fetch(`${fake.origin}/_fake`, { method, ...(body && { body: JSON.stringify(body) }) });
    await control('PUT', { fail_next: ['overloaded'], fail_always: 'server_error' });
    await expect(ask()).rejects.toMatchObject({ status: 503 });
    await expect(ask()).rejects.toMatchObject({ status: 500 });
    expect(await (await control('GET')).json()).toMatchObject({ image_requests: 2, in_flight: 0 });
    expect((await control('PUT', { fail_always: 'sometimes' })).status).toBe(400);
    await control('DELETE');
    await expect(ask()).resolves.toHaveProperty('data');
  });
});

function clientOf(fake: FakeOpenAI, options: { maxRetries?: number; timeout?: number } = {}): OpenAI {
  return new OpenAI({ apiKey: 'sk-test', baseURL: fake.baseUrl, ...options });
}

async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
