import { ASPECT_RATIOS, type AspectRatio, type Tier } from '@atelier/contracts';
import type { PixelSize } from '../../image-provider.js';

/** What is asked of OpenAI for one tier. docs/providers.md tells people the same. */
interface TierOrder {
  readonly model: string;
  /** Always sent: where it is left out, the vendor chooses by the prompt, and the price with it. */
  readonly quality: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Edges divisible by 16 and at most 3,840 long, 655,360 to 8,294,400 pixels: the vendor's rules. */
  readonly sizes: Readonly<Record<'1:1' | '4:3' | '3:2' | '16:9', PixelSize>>;
  /** Longest that the vendor may take. */
  readonly timeoutMs: number;
}

const size = (width: number, height: number): PixelSize => ({ width, height });

const ORDERS: Readonly<Record<Tier, TierOrder>> = {
  standard: {
    model: 'gpt-image-2.6-flare',
    quality: 'medium',
    sizes: { '1:1': size(1024, 1024), '4:3': size(1184, 880), '3:2': size(1536, 1024), '16:9': size(1536, 864) },
    timeoutMs: 120_000,
  },
  premium2: {
    model: 'gpt-image-2.6-flare',
    quality: 'high',
    sizes: { '1:1': size(2048, 2048), '4:3': size(2048, 1536), '3:2': size(2048, 1360), '16:9': size(2048, 1152) },
    timeoutMs: 180_000,
  },
  premium4: {
    model: 'gpt-image-2.6-sunburst',
    quality: 'high',
    sizes: { '1:1': size(2880, 2880), '4:3': size(3312, 2496), '3:2': size(3520, 2352), '16:9': size(3840, 2160) },
    timeoutMs: 300_000,
  },
};

/** The aspect ratio that lies on its side, for those that stand. */
const LANDSCAPE_OF = { '3:4': '4:3', '2:3': '3:2', '9:16': '16:9' } as const;

export interface ImageOrder extends Omit<TierOrder, 'sizes'> {
  readonly size: PixelSize;
}

/** What is asked for an image of this tier and aspect ratio. */
export function imageOrder(tier: Tier, aspectRatio: AspectRatio): ImageOrder {
  const { sizes, ...order } = ORDERS[tier];
  if (!isStanding(aspectRatio)) return { ...order, size: sizes[aspectRatio] };
  const { width, height } = sizes[LANDSCAPE_OF[aspectRatio]];
  return { ...order, size: size(height, width) };
}

export const OPENAI_SQUARE_EDGES: Readonly<Record<Tier, number>> = {
  standard: ORDERS.standard.sizes['1:1'].width,
  premium2: ORDERS.premium2.sizes['1:1'].width,
  premium4: ORDERS.premium4.sizes['1:1'].width,
};

/** The aspect ratios that can be asked for. */
export const OPENAI_ASPECT_RATIOS: readonly AspectRatio[] = ASPECT_RATIOS;

function isStanding(aspectRatio: AspectRatio): aspectRatio is keyof typeof LANDSCAPE_OF {
  return Object.hasOwn(LANDSCAPE_OF, aspectRatio);
}
