import { afterAll, describe, expect, it } from '@jest/globals';
import type { AspectRatio, Tier } from '@atelier/contracts';
import sharp from 'sharp';
import type { ImageRequest } from '../../image-provider.js';
import { PROVIDER_ERROR_CATEGORIES } from '../../provider-error.js';
import { describeImageProvider } from '../../testing/image-provider.suite.js';
import { NO_SETUP } from '../../testing/setups.js';
import { ArtworkPool } from './artwork-pool.js';
import { artworkSize } from './artwork-size.js';
import { MockImageProvider } from './mock.image-provider.js';

const pool = new ArtworkPool();
const provider = new MockImageProvider({ directives: true }, pool);
const literal = new MockImageProvider({ directives: false }, pool);

afterAll(() => pool.close());

const never = (): AbortSignal => new AbortController().signal;

const request = (prompt: string, more: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt,
  tier: 'standard',
  aspectRatio: '1:1',
  seed: null,
  endUserHash: 'somebody',
  ...more,
});

const brokenPool = new ArtworkPool({ threads: 1, maxQueued: 1 }, async () => ({
  paint: () => Promise.reject(new TypeError('context.fillRect is not a function')),
  end: async () => undefined,
}));

describeImageProvider('The mock', {
  provider,
  setup: () => NO_SETUP,
  broken: { provider: new MockImageProvider({ directives: false }, brokenPool) },
  tiers: ['standard', 'premium2'],
});

describe('MockImageProvider', () => {
  it('makes the largest tier', async () => {
    const { bytes } = await provider.generate(request('A mountain', { tier: 'premium4' }), NO_SETUP, never());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 4096, height: 4096, hasAlpha: false });
  });

  it('makes the same picture of the same prompt and seed, byte for byte, and another of any other', async () => {
    const paint = async (prompt: string, seed: number | null): Promise<string> =>
      (await provider.generate(request(prompt, { seed }), NO_SETUP, never())).bytes.toString('base64');
    const [once, again, seeded, seededAgain, otherSeed, otherPrompt] = await Promise.all([
      paint('A fox', null),
      paint('A fox', null),
      paint('A fox', 7),
      paint('A fox', 7),
      paint('A fox', 8),
      paint('A fox.', null),
    ]);
    expect(again).toBe(once);
    expect(seededAgain).toBe(seeded);
    expect(new Set([once, seeded, otherSeed, otherPrompt]).size).toBe(4);
  });

  it('gives every image a job id of its own', async () => {
    const [one, two] = await Promise.all([
      provider.generate(request('A fox'), NO_SETUP, never()),
      provider.generate(request('A fox'), NO_SETUP, never()),
    ]);
    expect(one.jobId).toMatch(/^mock-[0-9a-f]{12}$/);
    expect(two.jobId).not.toBe(one.jobId);
    expect(one.model).toBe('mock-canvas-1');
  });

  it.each([
    ['standard', '1:1', 1024, 1024],
    ['standard', '16:9', 1024, 576],
    ['premium2', '3:2', 2048, 1360],
    ['premium4', '9:16', 2304, 4096],
  ] satisfies [Tier, AspectRatio, number, number][])('draws %s at %s as %d × %d', (tier, ratio, width, height) => {
    expect(artworkSize(tier, ratio)).toEqual({ width, height });
  });
});

describe('Mock directives', () => {
  it.each(PROVIDER_ERROR_CATEGORIES)('fails as %s when told to', async (category) => {
    await expect(provider.generate(request(`A fox [mock:fail=${category}]`), NO_SETUP, never())).rejects.toMatchObject({
      category,
    });
  });

  it('takes its time when told to, and not longer than the signal allows', async () => {
    const started = performance.now();
    await provider.generate(request('A fox [mock:delay=300]'), NO_SETUP, never());
    expect(performance.now() - started).toBeGreaterThanOrEqual(299);
    const stopped = provider.generate(request('A fox [mock:delay=60000]'), NO_SETUP, AbortSignal.timeout(30));
    await expect(stopped).rejects.toMatchObject({ category: 'timeout' });
  });

  it('delivers a picture that breaks off', async () => {
    const { bytes } = await provider.generate(request('A fox [mock:body=truncated]'), NO_SETUP, never());
    expect((await sharp(bytes).metadata()).width).toBe(1024);
    await expect(sharp(bytes, { failOn: 'error' }).raw().toBuffer()).rejects.toThrow();
  });

  it('delivers a web page, and nothing at all', async () => {
    const page = await provider.generate(request('A fox [mock:body=html]'), NO_SETUP, never());
    expect(page.bytes.toString()).toMatch(/^<!doctype html>/);
    const nothing = await provider.generate(request('A fox [mock:body=empty]'), NO_SETUP, never());
    expect(nothing.bytes).toHaveLength(0);
  });

  it('delivers a small file that promises 900 million pixels', async () => {
    const { bytes } = await provider.generate(request('A fox [mock:body=bomb]'), NO_SETUP, never());
    expect(bytes.length).toBeLessThan(10_000);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([30_000, 30_000]);
    await expect(sharp(bytes, { limitInputPixels: 64_000_000 }).raw().toBuffer()).rejects.toThrow(/pixel limit/);
  });

  it('answers without an image', async () => {
    await expect(provider.generate(request('A fox [mock:body=wrong_count]'), NO_SETUP, never())).rejects.toMatchObject({
      category: 'bad_response',
    });
  });

  it('are plain text unless they are switched on, and when they make no sense', async () => {
    for (const prompt of ['A fox [mock:fail=timeout]', 'A fox [mock:body=html]', 'A fox [mock:delay=600000]']) {
      const { bytes } = await literal.generate(request(prompt), NO_SETUP, never());
      expect((await sharp(bytes).metadata()).format).toBe('png');
    }
    await expect(provider.generate(request('A fox [mock:fail=sometimes]'), NO_SETUP, never())).resolves.toBeDefined();
  });
});
