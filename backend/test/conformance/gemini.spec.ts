/** @jest-environment ./test/conformance/node-environment.mjs */
import { ApiError, type Content, type GenerateContentConfig, GoogleGenAI } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import sharp from 'sharp';
import { FakeGemini } from '../fakes/gemini/fake-gemini.mjs';

const IMAGE_MODEL = 'gemini-nano-banana-2.1';
const TEXT_MODEL = 'gemini-3.5-flash-lite';

/** The vendor's own client is the judge: what it makes of the fake, it makes of the vendor. */
describe('the fake Gemini, asked by the official client', () => {
  let fake: FakeGemini;
  let client: GoogleGenAI;

  beforeAll(async () => {
    // It complains of every answer that is no text.
    jest.spyOn(console, 'warn').mockReturnValue();
    fake = await FakeGemini.start({ pictureBytes: 60_000, apiKey: 'right' });
    client = clientOf(fake, 'right');
  });
  afterEach(() => fake.reset());
  afterAll(() => {
    jest.restoreAllMocks();
    return fake.stop();
  });

  const ask = (contents: string | Content[], config: GenerateContentConfig = {}, model = IMAGE_MODEL) =>
    client.models.generateContent({
      model,
      contents,
      config: { responseModalities: ['TEXT', 'IMAGE'], ...config },
    });

  it.each([
    ['1:1', '1K', { width: 1024, height: 1024 }],
    ['16:9', '1K', { width: 1376, height: 768 }],
    ['9:16', '2K', { width: 1536, height: 2752 }],
  ])('delivers a picture at %s and %s, with what it cost', async (aspectRatio, imageSize, size) => {
    const answer = await ask('A lighthouse', { imageConfig: { aspectRatio, imageSize } });
    expect(answer.text).toBe('Here is your image.');
    const picture = Buffer.from(answer.data ?? '', 'base64');
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'png', ...size });
    expect(answer.candidates?.[0]).toMatchObject({ finishReason: 'STOP', index: 0 });
    expect(answer.usageMetadata).toMatchObject({
      promptTokenCount: 3,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: imageSize === '1K' ? 1_120 : 1_680 }],
    });
    expect(answer).toMatchObject({ modelVersion: IMAGE_MODEL, responseId: expect.any(String) });
    expect(fake.requests[0]).toMatchObject({
      path: `/v1/models/${IMAGE_MODEL}:generateContent`,
      headers: { 'x-goog-api-key': 'right' },
      body: { generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio, imageSize } } },
    });
  });

  it('writes a text, for which it has thought', async () => {
    const answer = await client.models.generateContent({
      model: TEXT_MODEL,
      contents: 'a cat on the moon',
      config: {
        systemInstruction: 'Rewrite as one image prompt.',
        temperature: 0.7,
        maxOutputTokens: 1_024,
      },
    });
    expect(answer.text).toMatch(/^a cat on the moon, in/);
    expect(answer.usageMetadata).toMatchObject({ thoughtsTokenCount: 12 });
    expect(fake.imageRequests).toBe(0);
  });

  it('lists its models, page by page', async () => {
    const names = [];
    for await (const { name } of await client.models.list({ config: { pageSize: 3 } })) names.push(name);
    expect(names).toEqual([
      'models/gemini-nano-banana-2.1',
      'models/gemini-3-pro-image',
      'models/gemini-3.5-flash-lite',
      'models/gemini-3.8-flash',
    ]);
    expect(await client.models.get({ model: IMAGE_MODEL })).toMatchObject({ name: `models/${IMAGE_MODEL}` });
    await expect(client.models.get({ model: 'gemini-2.5-flash-image' })).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ['invalid_argument', 400, 'INVALID_ARGUMENT'],
    ['invalid_api_key', 400, 'API_KEY_INVALID'],
    ['region', 400, 'FAILED_PRECONDITION'],
    ['unauthenticated', 401, 'UNAUTHENTICATED'],
    ['prepaid_exhausted', 402, 'RESOURCE_EXHAUSTED'],
    ['permission_denied', 403, 'PERMISSION_DENIED'],
    ['model_retired', 404, 'NOT_FOUND'],
    ['rate_limited', 429, '"retryDelay":"31.5s"'],
    ['quota_per_day', 429, 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'],
    ['internal', 500, 'INTERNAL'],
    ['overloaded', 503, 'UNAVAILABLE'],
  ])('fails as the vendor does: %s', async (fault, status, word) => {
    const error: unknown = await ask(`A fox [fake:fault=${fault}]`).catch((reason: unknown) => reason);
    if (!(error instanceof ApiError)) throw new Error('Expected the error of the official client');
    expect(error.status).toBe(status);
    expect(error.message).toContain(word);
    // It tries nothing again unless it is told to.
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ['a field that there is not', { httpOptions: { extraBody: { generationConfig: { size: '1024x1024' } } } }],
    ['a small k', { imageConfig: { imageSize: '2k' } }],
    ['a size that other models have', { imageConfig: { imageSize: '512' } }],
    ['an aspect ratio that there is not', { imageConfig: { aspectRatio: '5:7' } }],
  ] satisfies [string, GenerateContentConfig][])('refuses %s', async (_, config) => {
    await expect(ask('A fox', config)).rejects.toMatchObject({ status: 400 });
  });

  it('refuses images by a model of texts, models that are gone, and other keys', async () => {
    await expect(ask('A fox', {}, TEXT_MODEL)).rejects.toMatchObject({ status: 400 });
    await expect(ask('A fox', {}, 'imagen-4')).rejects.toMatchObject({ status: 404 });
    const stranger = clientOf(fake, 'wrong');
    await expect(stranger.models.list()).rejects.toThrow('API_KEY_INVALID');
  });

  it.each([
    ['blocked_prohibited', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
    ['finish_image_safety', { candidates: [{ finishReason: 'IMAGE_SAFETY' }] }],
    ['no_image', { candidates: [{ finishReason: 'NO_IMAGE' }] }],
    ['max_tokens', { candidates: [{ finishReason: 'MAX_TOKENS' }], usageMetadata: { thoughtsTokenCount: 1_024 } }],
    ['no_candidates', { candidates: [] }],
  ])('answers 200 without a picture: %s', async (fault, expected) => {
    const answer = await ask(`A fox [fake:fault=${fault}]`);
    expect(answer).toMatchObject(expected);
    expect(answer.data).toBeUndefined();
  });

  it('answers with drafts, thoughts and a picture, which the official client mixes up', async () => {
    const { candidates, data } = await ask('A fox [fake:fault=several_images]');
    const pictures = (candidates?.[0]?.content?.parts ?? []).flatMap(({ inlineData }) => inlineData?.data ?? []);
    expect(pictures).toHaveLength(2);
    // The reason why an adapter reads the parts itself.
    expect(Buffer.from(data ?? '', 'base64').equals(Buffer.from(pictures[1] ?? '', 'base64'))).toBe(false);
    const thoughts = await ask('A fox [fake:fault=thoughts_around]');
    expect(thoughts.candidates?.[0]?.content?.parts?.map(({ thought = false }) => thought)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('sees when a client goes away', async () => {
    const controller = new AbortController();
    const outcome = ask('A fox [fake:fault=hang_before_headers]', { abortSignal: controller.signal });
    outcome.catch(() => undefined);
    while (fake.inFlight === 0) await new Promise(setImmediate);
    controller.abort();
    await expect(outcome).rejects.toThrow('abort');
    while (fake.inFlight > 0) await new Promise(setImmediate);
    expect(fake.requests[0]?.outcome).toBe('aborted');
  });
});

function clientOf(fake: FakeGemini, apiKey: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: fake.baseUrl } });
}
