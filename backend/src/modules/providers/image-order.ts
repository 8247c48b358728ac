import type { ImageRequest, PixelSize, ProviderSetup, TierSetup } from './image-provider.js';
import { ProviderError } from './provider-error.js';

/** What a vendor is asked for. */
export interface ImageOrder extends Pick<TierSetup, 'model' | 'quality' | 'sizeName' | 'costMicros'> {
  readonly size: PixelSize;
}

/**
 * What the set-up says about a request.
 * @throws ProviderError `invalid_request` when it no longer offers it: the settings have changed since it was accepted
 */
export function imageOrder(
  { tier, aspectRatio }: Pick<ImageRequest, 'tier' | 'aspectRatio'>,
  { tiers }: ProviderSetup,
  vendorLabel: string,
): ImageOrder {
  const offer = tiers[tier];
  const size = offer?.sizes.get(aspectRatio);
  if (!offer || !size) {
    throw new ProviderError('invalid_request', {
      message: `${vendorLabel} no longer makes images of this tier and aspect ratio here. Choose another.`,
    });
  }
  const { model, quality, sizeName, costMicros } = offer;
  return { model, quality, sizeName, costMicros, size };
}
