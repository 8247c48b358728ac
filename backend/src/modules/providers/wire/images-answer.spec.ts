import { describe, expect, it } from '@jest/globals';
import { makePicture } from '../../../../test/fakes/pictures.mjs';
import { readImagesAnswer } from './images-answer.js';

const picture = makePicture({ width: 1024, height: 1024 }, 60_000);
const base64 = picture.toString('base64');

const read = (body: string) =>
  readImagesAnswer({ status: 200, headers: {}, body: Buffer.from(body) }, { vendorLabel: 'Vendor' });

const bytesOf = (body: string): Buffer => {
  const { image } = read(body);
  if (!Buffer.isBuffer(image)) throw new Error('Expected the image itself');
  return image;
};

describe('readImagesAnswer', () => {
  it('finds the picture, what the vendor made of the prompt, and what it will bill for', () => {
    const { image, revisedPrompt, usage } = read(
      JSON.stringify({
        created: 1,
        data: [{ revised_prompt: 'Ein Füchslein 🦊', b64_json: base64 }],
        usage: { input_tokens: 3, output_tokens: 343, total_tokens: 346 },
      }),
    );
    expect(Buffer.isBuffer(image) && image.equals(picture)).toBe(true);
    expect(revisedPrompt).toBe('Ein Füchslein 🦊');
    expect(usage).toEqual({ inputTokens: 3, outputTokens: 343 });
  });

  it('takes JSON as gateways write it', () => {
    const escaped = base64.replaceAll('/', '\\/');
    expect(escaped).not.toBe(base64);
    for (const body of [
      `{"data":[{"b64_json":"${escaped}"}]}`,
      `{\n  "data" : [ {\n "b64_json" :\t"${base64}" } ]\n}\n`,
      `{"data":[{"b64_json":"${base64}","revised_prompt":null}],"usage":{"input_tokens":"three"}}`,
    ]) {
      expect(read(body)).toMatchObject({ revisedPrompt: null, usage: undefined });
      expect(bytesOf(body).equals(picture)).toBe(true);
    }
  });

  it('does not take the bytes of something else for the picture', () => {
    const other = makePicture({ width: 1024, height: 1024 }, 30_000).toString('base64');
    const body = `{"preview":{"b64_json":"${other}"},"data":[{"b64_json":"${base64}"}]}`;
    expect(bytesOf(body).equals(picture)).toBe(true);
  });

  it('tells where the picture is to be fetched from, when it is not there itself', () => {
    const body = '{"data":[{"url":"/v1/images/7/content","b64_json":null}]}';
    expect(read(body).image).toEqual({ url: '/v1/images/7/content' });
  });
});
