import { ASPECT_RATIOS, type AspectRatio } from '@atelier/contracts';
import * as z from 'zod';
import { partsOf } from './setting-schemas.js';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The size of an image by its aspect ratio; those that are missing can't be made. */
export type ImageSizes = ReadonlyMap<AspectRatio, ImageSize>;

/** The aspect ratios that lie on their side or are square, each with the one that stands. */
const STANDING = [
  ['1:1', '1:1'],
  ['4:3', '3:4'],
  ['3:2', '2:3'],
  ['16:9', '9:16'],
] as const satisfies readonly (readonly [AspectRatio, AspectRatio])[];

/** Models make edges in steps of some pixels, so a ratio is met within this much. The ratios are 12 % apart. */
const TOLERANCE = 0.03;

const EDGE_MIN = 64;
/** What can be made must also be taken: images have at most 64 million pixels. */
const EDGE_MAX = 8_000;

/** `WxH` of each aspect ratio, lying or square; the one that stands has the edges swapped. */
export const pixelSizes = z.string().transform((list, context): ImageSizes => {
  const sizes = new Map<AspectRatio, ImageSize>();
  for (const part of partsOf(list)) {
    const size = readSize(part);
    const ratios = size && STANDING.find(([lying]) => isCloseTo(size, lying));
    if (!size || !ratios) {
      context.addIssue(
        `must hold sizes such as 1024x1024 or 1536x864, in 1:1, 4:3, 3:2 or 16:9, not "${part.slice(0, 20)}"`,
      );
      return sizes;
    }
    const [lying, standing] = ratios;
    if (sizes.has(lying)) context.addIssue(`must give one size for ${lying}`);
    sizes.set(lying, size);
    sizes.set(standing, lying === standing ? size : { width: size.height, height: size.width });
  }
  if (sizes.size === 0) context.addIssue('must hold at least one size');
  return sizes;
});

export const aspectRatios = z
  .string()
  .transform(partsOf)
  .pipe(
    z
      .array(z.enum(ASPECT_RATIOS, { error: `must only name ${ASPECT_RATIOS.join(', ')}` }))
      .min(1, 'must name at least one aspect ratio'),
  );

const GEMINI_SIZES = ['1K', '2K', '4K'] as const;

/** What Gemini calls the size of an image, by its square one's edge in units of 1,024 pixels. */
export const geminiSize = z.enum(GEMINI_SIZES, { error: 'must be 1K, 2K or 4K' });

/** What comes of `1K`; the others are two and four times as long. The one that stands has the edges swapped. */
const GEMINI_1K: Readonly<Record<(typeof STANDING)[number][0], ImageSize>> = {
  '1:1': { width: 1_024, height: 1_024 },
  '4:3': { width: 1_200, height: 896 },
  '3:2': { width: 1_264, height: 848 },
  '16:9': { width: 1_376, height: 768 },
};

/** The sizes that the vendor gives for its models of today. What an image really has is read from the image. */
export function sizesOfGemini(size: z.infer<typeof geminiSize>, ratios: readonly AspectRatio[]): ImageSizes {
  const scale = Number.parseInt(size);
  return new Map(
    STANDING.flatMap(([lying, standing]) => {
      const [long, short] = [GEMINI_1K[lying].width * scale, GEMINI_1K[lying].height * scale];
      const both: [AspectRatio, ImageSize][] = [
        [lying, { width: long, height: short }],
        [standing, { width: short, height: long }],
      ];
      return both.filter(([ratio]) => ratios.includes(ratio));
    }),
  );
}

function readSize(text: string): ImageSize | undefined {
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(text)?.map(Number) ?? [];
  if (width === undefined || height === undefined) return undefined;
  return Math.min(width, height) >= EDGE_MIN && Math.max(width, height) <= EDGE_MAX ? { width, height } : undefined;
}

function isCloseTo({ width, height }: ImageSize, ratio: AspectRatio): boolean {
  return Math.abs(width / height / valueOf(ratio) - 1) <= TOLERANCE;
}

function valueOf(ratio: AspectRatio): number {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  return across / down;
}
