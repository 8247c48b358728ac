import { ASPECT_RATIOS, type AspectRatio, TIERS, type Tier } from '@atelier/contracts';
import type { ImageProviderCapabilities, PixelSize } from '../../image-provider.js';

const LONG_EDGES: Readonly<Record<Tier, number>> = { standard: 1024, premium2: 2048, premium4: 4096 };

/** Sides are whole multiples of this, as the diffusion models make them. */
const STEP = 16;

/** Size of a mock image: the tier sets the long edge, the aspect ratio the other one. */
export function artworkSize(tier: Tier, aspectRatio: AspectRatio): PixelSize {
  const [across = 1, down = 1] = aspectRatio.split(':').map(Number);
  const longEdge = LONG_EDGES[tier];
  const shortEdge = Math.round((longEdge * Math.min(across, down)) / Math.max(across, down) / STEP) * STEP;
  return across >= down ? { width: longEdge, height: shortEdge } : { width: shortEdge, height: longEdge };
}

export const ARTWORK_SIZES: ImageProviderCapabilities['sizes'] = Object.fromEntries(
  TIERS.map((tier) => [tier, new Map(ASPECT_RATIOS.map((ratio) => [ratio, artworkSize(tier, ratio)]))]),
);
