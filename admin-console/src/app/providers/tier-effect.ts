import type { AspectRatio } from '@atelier/contracts';
import { formatCredits, formatDollars } from '../platform/formatting';
import type { StatusTone } from '../ui/status-dot';

/** What is typed about one tier of a provider, and what people pay for it. */
export interface TierDraft {
  readonly model: string;
  readonly size: string;
  /** Empty where the sizes tell them. */
  readonly aspectRatios: string;
  readonly costUsd: string;
  /** Price of one image; null while it is not known. */
  readonly credits: number | null;
  /** What a credit is worth in US dollars; empty where nobody said. */
  readonly creditValueUsd: string;
}

/** One shape that the studio will offer. */
export interface OfferedShape {
  readonly ratio: string;
  readonly pixels: string;
}

/** The shapes that lie or are square, with the one that stands. */
const SHAPES: readonly (readonly [lying: AspectRatio, standing: AspectRatio])[] = [
  ['1:1', '1:1'],
  ['4:3', '3:4'],
  ['3:2', '2:3'],
  ['16:9', '9:16'],
];

/** Edges come in steps of some pixels, so a ratio is met within this much. */
const TOLERANCE = 0.03;

/** What the studio will offer for the tier; empty when it offers nothing. */
export function offeredShapes({ model, size, aspectRatios }: TierDraft): readonly OfferedShape[] {
  if (model.trim() === '') return [];
  if (aspectRatios !== '') return [{ ratio: partsOf(aspectRatios).join(', '), pixels: size }];
  return partsOf(size).flatMap((part) => {
    const [width = 0, height = 0] = part.split('x').map(Number);
    const shape = SHAPES.find(([lying]) => Math.abs(width / height / valueOf(lying) - 1) <= TOLERANCE);
    if (shape === undefined) return [];
    const [lying, standing] = shape;
    return [{ ratio: lying === standing ? lying : `${lying} and ${standing}`, pixels: `${width} × ${height}` }];
  });
}

/** What is left of the price when the vendor is paid. */
export function marginOf({ costUsd, credits, creditValueUsd }: TierDraft): {
  readonly tone: StatusTone;
  readonly text: string;
} {
  const cost = amountOf(costUsd);
  if (cost === null || credits === null) return { tone: 'neutral', text: 'The cost is not known.' };
  const value = amountOf(creditValueUsd);
  if (cost === 0) return { tone: 'success', text: `Costs nothing, sold for ${formatCredits(credits)}.` };
  if (value === null) {
    return {
      tone: 'neutral',
      text: `Sold for ${formatCredits(credits)}: pays for itself from ${formatDollars(cost / credits)} a credit.`,
    };
  }
  const price = credits * value;
  const sold = `Sold for ${formatCredits(credits)}, ${formatDollars(price)}`;
  return price < cost
    ? { tone: 'error', text: `Below cost: ${sold.toLowerCase()}, which is ${formatDollars(cost - price)} too little.` }
    : {
        tone: 'success',
        text: `${sold}: margin ${formatDollars(price - cost)} (${Math.round((1 - cost / price) * 100)} %).`,
      };
}

function partsOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function valueOf(ratio: AspectRatio): number {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  return across / down;
}

function amountOf(text: string): number | null {
  return /^\d{1,6}(\.\d{1,6})?$/.test(text.trim()) ? Number(text.trim()) : null;
}
