import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI, { APIError, AuthenticationError, InternalServerError, NotFoundError } from 'openai';
import sharp from 'sharp';
import { FakeImageServer } from '../fakes/openai-compatible/fake-image-server.mjs';
import { FLAVOURS } from '../fakes/openai-compatible/flavours.mjs';

/** OpenAI's own models know no other way any more, these servers do. */
const AS_PICTURE = { response_format: 'b64_json' } as const;

/** All these servers are made for OpenAI's own client, so it has to get along with what they are played by. */
describe.each(Object.keys(FLAVOURS) as (keyof typeof FLAVOURS)[])(
  'the fake %s, asked by OpenAI’s client',
  (flavour) => {
    let fake: FakeImageServer;
    let client: OpenAI;

    beforeAll(async () => {
      fake = await FakeImageServer.start({ flavour, apiKey: 'right' });
      client = clientOf(fake, 'right');
    });
    afterEach(() => fake.reset());
    afterAll(() => fake.stop());

    const { model, defaultFormat, isKeyless } = FLAVOURS[flavour];
    const ask = (prompt = 'A lighthouse', more: Partial<OpenAI.ImageGenerateParamsNonStreaming> = {}) =>
      client.images.generate({ model, prompt, n: 1, size: '1024x1536', ...AS_PICTURE, ...more });

    it('delivers the picture itself to who asks for that', async () => {
      const { data } = await ask();
      const picture = Buffer.from(data?.[0]?.b64_json ?? '', 'base64');
      expect(await sharp(picture).metadata()).toMatchObject({ format: 'png', width: 1024, height: 1536 });
    });

    it('delivers what it likes to who does not say', async () => {
      const { data } = await client.images.generate({ model, prompt: 'A lighthouse', size: '1024x1536' });
      expect(Object.keys(data?.[0] ?? {}).filter((key) => data?.[0]?.[key as 'url'])).toEqual([defaultFormat]);
      const url = data?.[0]?.url;
      if (!url) return;
      const picture = await fetch(new URL(url, fake.origin), { headers: { authorization: 'Bearer right' } });
      expect(await sharp(await picture.arrayBuffer()).metadata()).toMatchObject({ width: 1024, height: 1536 });
    });

    it('lists its model', async () => {
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual([model]);
    });

    it.each([
      ['no_such_model', NotFoundError, 404],
      ['busy', InternalServerError, 503],
      ['out_of_memory', InternalServerError, 500],
      ['invalid_size', APIError, 400],
    ] as const)('fails in its own words: %s', async (fault, type, status) => {
      const error: unknown = await ask(`A fox [fake:fault=${fault}]`).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ status });
    });

    it('asks for a key, if it has any', async () => {
      const outcome = clientOf(fake, 'wrong').images.generate({ model, prompt: 'A fox', ...AS_PICTURE });
      if (isKeyless) await expect(outcome).resolves.toHaveProperty('data');
      else await expect(outcome).rejects.toBeInstanceOf(AuthenticationError);
    });
  },
);

function clientOf(fake: FakeImageServer, apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: fake.baseUrl, maxRetries: 0 });
}
