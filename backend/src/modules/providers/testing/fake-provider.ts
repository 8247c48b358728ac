import { ASPECT_RATIOS, type AspectRatio, type ProviderStatus, TIERS, type Tier } from '@atelier/contracts';
import type { ImageProvider, ImageProviderCapabilities, PixelSize } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';

export interface FakeProviderOptions {
  readonly key: string;
  readonly status?: ProviderStatus;
  readonly tiers?: readonly Tier[];
  readonly aspectRatios?: readonly AspectRatio[];
  readonly maxCount?: number;
}

/** The same square for each tier and aspect ratio. */
export function sameSizes(
  tiers: readonly Tier[] = TIERS,
  aspectRatios: readonly AspectRatio[] = ASPECT_RATIOS,
  size: PixelSize = { width: 64, height: 64 },
): ImageProviderCapabilities['sizes'] {
  const sizes = new Map(aspectRatios.map((aspectRatio) => [aspectRatio, size]));
  return Object.fromEntries(tiers.map((tier) => [tier, sizes]));
}

/** A provider that can be asked about, but makes nothing. */
export function fakeProvider({
  key,
  status = 'ready',
  tiers,
  aspectRatios,
  maxCount = 8,
}: FakeProviderOptions): ImageProvider {
  return {
    key,
    label: key.toUpperCase(),
    describe: () => ({
      status,
      capabilities: { sizes: sameSizes(tiers, aspectRatios), maxCount, supportsSeed: false },
    }),
    generate: () => Promise.reject(new ProviderError('provider_unavailable')),
  };
}
