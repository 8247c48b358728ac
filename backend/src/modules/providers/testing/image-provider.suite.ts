import { describe, expect, it } from '@jest/globals';
import type { AspectRatio, Tier } from '@atelier/contracts';
import sharp from 'sharp';
import type { ImageProvider, ImageRequest, PixelSize, ProviderImage } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';

export interface ImageProviderSubject {
  /** Healthy and able to deliver; the suite asks for it once a test. */
  readonly create: () => ImageProvider | Promise<ImageProvider>;
  /** Same provider, its outside world broken in a way that no category foresees. */
  readonly createBroken: () => ImageProvider | Promise<ImageProvider>;
  readonly dispose: (provider: ImageProvider) => Promise<void>;
  /** The size that the provider promises. */
  readonly sizeOf: (tier: Tier, aspectRatio: AspectRatio) => PixelSize;
  /** Tiers whose every image is made and decoded; all by default, fewer where the rest would only cost time. */
  readonly tiers?: readonly Tier[];
}

const FORMATS = ['png', 'jpeg', 'webp'];

/** An abort counts as prompt when it is answered within this time, whatever the provider was doing. */
const PROMPT_MS = 1_000;

const REQUEST: ImageRequest = { prompt: 'A lighthouse in a storm', tier: 'standard', aspectRatio: '1:1', seed: null };

const never = (): AbortSignal => new AbortController().signal;

/** What every adapter must do, registered as tests of the calling spec. */
export function describeImageProvider(name: string, subject: ImageProviderSubject): void {
  const using = async (
    create: ImageProviderSubject['create'],
    body: (provider: ImageProvider) => Promise<void>,
  ): Promise<void> => {
    const provider = await create();
    try {
      await body(provider);
    } finally {
      await subject.dispose(provider);
    }
  };

  describe(`${name} as an image provider`, () => {
    it('has a key, a label and at least one tier, aspect ratio and image to offer', () =>
      using(subject.create, async (provider) => {
        const able = provider.capabilities();
        expect(provider.key).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
        expect(provider.label).not.toBe('');
        expect(able.tiers.length).toBeGreaterThan(0);
        expect(able.aspectRatios.length).toBeGreaterThan(0);
        expect(able.maxCount).toBeGreaterThanOrEqual(1);
      }));

    it(
      'delivers a whole image of the promised size for each tier and aspect ratio',
      () =>
        using(subject.create, async (provider) => {
          const able = provider.capabilities();
          for (const tier of subject.tiers ?? able.tiers) {
            for (const aspectRatio of able.aspectRatios) {
              const image = await provider.generate({ ...REQUEST, tier, aspectRatio }, never());
              await expectWholeImage(image, subject.sizeOf(tier, aspectRatio));
            }
          }
        }),
      120_000,
    );

    it(
      'says who made the image',
      () =>
        using(subject.create, async (provider) => {
          const image = await provider.generate({ ...REQUEST, seed: 7 }, never());
          expect(image.jobId).not.toBe('');
          expect(image.model).not.toBe('');
          expect(image.seed).toBe(provider.capabilities().supportsSeed ? 7 : null);
        }),
      30_000,
    );

    it(
      'does not start when it has been aborted before',
      () =>
        using(subject.create, async (provider) => {
          const started = performance.now();
          await expectProviderError(provider.generate(REQUEST, AbortSignal.abort()));
          expect(performance.now() - started).toBeLessThan(PROMPT_MS);
        }),
      30_000,
    );

    it(
      'lets go promptly when it is aborted at work',
      () =>
        using(subject.create, async (provider) => {
          const controller = new AbortController();
          const outcome = expectProviderError(provider.generate(REQUEST, controller.signal));
          await new Promise(setImmediate);
          const aborted = performance.now();
          controller.abort();
          await outcome;
          expect(performance.now() - aborted).toBeLessThan(PROMPT_MS);
        }),
      30_000,
    );

    it(
      'keeps concurrent calls apart: aborting one leaves the other alone',
      () =>
        using(subject.create, async (provider) => {
          const controller = new AbortController();
          const doomed = expectProviderError(provider.generate({ ...REQUEST, prompt: 'One' }, controller.signal));
          const [first, second] = [
            provider.generate({ ...REQUEST, prompt: 'Two' }, never()),
            provider.generate({ ...REQUEST, prompt: 'Three' }, never()),
          ];
          controller.abort();
          await doomed;
          const images = await Promise.all([first, second]);
          for (const image of images) await expectWholeImage(image, subject.sizeOf('standard', '1:1'));
          expect(images[0].jobId).not.toBe(images[1].jobId);
        }),
      60_000,
    );

    it(
      'turns a failure that it did not foresee into a ProviderError',
      () =>
        using(subject.createBroken, async (provider) => {
          await expectProviderError(provider.generate(REQUEST, never()));
        }),
      30_000,
    );
  });
}

async function expectWholeImage({ bytes }: ProviderImage, size: PixelSize): Promise<void> {
  const image = sharp(bytes, { failOn: 'warning' });
  const { format, width, height } = await image.metadata();
  expect(FORMATS).toContain(format);
  expect({ width, height }).toEqual(size);
  // Decoding to the last row is what tells a whole image from a truncated one.
  await image.stats();
}

async function expectProviderError(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
}
