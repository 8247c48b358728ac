import { describe, expect, it } from '@jest/globals';
import type { AspectRatio, Tier } from '@atelier/contracts';
import sharp from 'sharp';
import { aspectRatiosOf, tiersOf } from '../choice/described-provider.js';
import type { ImageProvider, ImageRequest, PixelSize, ProviderImage, ProviderSetup } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';

export interface ImageProviderSubject {
  readonly provider: ImageProvider;
  /** Healthy and able to deliver. Asked for once a test, when the outside world is there. */
  readonly setup: () => ProviderSetup;
  /** The outside world is broken in a way that no category foresees. */
  readonly broken: {
    /** Another provider where the set-up alone can't break it. */
    readonly provider?: ImageProvider;
    readonly setup?: () => ProviderSetup;
  };
  /** The size that is promised, where it is not the one that the description says. */
  readonly sizeOf?: (tier: Tier, aspectRatio: AspectRatio) => PixelSize;
  /** Tiers whose every image is made and decoded; all by default, fewer where the rest would only cost time. */
  readonly tiers?: readonly Tier[];
}

const FORMATS = ['png', 'jpeg', 'webp'];

/** An abort counts as prompt when it is answered within this time, whatever the provider was doing. */
const PROMPT_MS = 20_000;

const REQUEST: ImageRequest = {
  prompt: 'A lighthouse in a storm',
  tier: 'standard',
  aspectRatio: '1:1',
  seed: null,
  endUserHash: 'an-end-user',
};

const never = (): AbortSignal => new AbortController().signal;

/** What every adapter must do, registered as tests of the calling spec. */
export function describeImageProvider(name: string, subject: ImageProviderSubject): void {
  const { provider } = subject;
  const capabilitiesNow = () => provider.describe(subject.setup()).capabilities;
  const promisedSize = (tier: Tier, aspectRatio: AspectRatio): PixelSize => {
    const size = subject.sizeOf?.(tier, aspectRatio) ?? capabilitiesNow().sizes[tier]?.get(aspectRatio);
    if (!size) throw new Error(`Nobody promises ${tier} at ${aspectRatio}`);
    return size;
  };

  describe(`${name} as an image provider`, () => {
    it('has a key, a label and at least one tier, aspect ratio and image to offer', () => {
      const { status, capabilities } = provider.describe(subject.setup());
      expect(provider.key).toMatch(/^[a-z][a-z0-9_-]{0,39}$/);
      expect(provider.label).not.toBe('');
      expect(status).toBe('ready');
      expect(tiersOf(capabilities).length).toBeGreaterThan(0);
      expect(aspectRatiosOf(capabilities).size).toBeGreaterThan(0);
      expect(capabilities.maxCount).toBeGreaterThanOrEqual(1);
    });

    it('delivers a whole image of the promised size for each tier and aspect ratio', async () => {
      const { sizes } = capabilitiesNow();
      for (const tier of subject.tiers ?? tiersOf(capabilitiesNow())) {
        for (const aspectRatio of sizes[tier]?.keys() ?? []) {
          const image = await provider.generate({ ...REQUEST, tier, aspectRatio }, subject.setup(), never());
          await expectWholeImage(image, promisedSize(tier, aspectRatio));
        }
      }
    }, 120_000);

    it('says who made the image, and what it costs if that is known', async () => {
      const image = await provider.generate({ ...REQUEST, seed: 7 }, subject.setup(), never());
      expect(image.jobId).not.toBe('');
      expect(image.model).not.toBe('');
      expect(image.seed).toBe(capabilitiesNow().supportsSeed ? 7 : null);
      expect(image.costMicros === null || (Number.isInteger(image.costMicros) && image.costMicros >= 0)).toBe(true);
    });

    it('does not start when it has been aborted before', async () => {
      const started = performance.now();
      await expectProviderError(provider.generate(REQUEST, subject.setup(), AbortSignal.abort()));
      expect(performance.now() - started).toBeLessThan(PROMPT_MS);
    });

    it('lets go promptly when it is aborted at work', async () => {
      const controller = new AbortController();
      const outcome = expectProviderError(provider.generate(REQUEST, subject.setup(), controller.signal));
      await new Promise(setImmediate);
      const aborted = performance.now();
      controller.abort();
      await outcome;
      expect(performance.now() - aborted).toBeLessThan(PROMPT_MS);
    });

    it('keeps concurrent calls apart: aborting one leaves the other alone', async () => {
      const generate = (prompt: string, signal: AbortSignal) =>
        provider.generate({ ...REQUEST, prompt }, subject.setup(), signal);
      const controller = new AbortController();
      const doomed = expectProviderError(generate('One', controller.signal));
      const [first, second] = [generate('Two', never()), generate('Three', never())];
      controller.abort();
      await doomed;
      const images = await Promise.all([first, second]);
      for (const image of images) await expectWholeImage(image, promisedSize('standard', '1:1'));
      expect(images[0].jobId).not.toBe(images[1].jobId);
    });

    it('turns a failure that it did not foresee into a ProviderError', async () => {
      const { provider: broken = provider, setup = subject.setup } = subject.broken;
      await expectProviderError(broken.generate(REQUEST, setup(), never()));
    });
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
