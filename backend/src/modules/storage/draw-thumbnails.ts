import sharp, { type OutputInfo } from 'sharp';
import { IMAGE_MAX_PIXELS } from './image-limits.js';
import { THUMBNAIL_SIZES, type ThumbnailSize } from './image-keys.js';
import { thumbhashOf } from './thumbhash-of.js';

/** No image is drawn twice: libvips' memory of past operations would only hold pixels. */
sharp.cache(false);

/** Longest edge of a thumbnail as a multiple of its short edge; beyond it the short edge shrinks too. */
const MAX_STRETCH = 4;

/** Goals for a square; others in proportion to their area. */
const MAX_BYTES: Record<ThumbnailSize, number> = { 256: 16_000, 512: 44_000 };

/** The best that is small enough is taken; the last one stands in any case. */
const QUALITIES = [75, 60, 45] as const;
type Quality = (typeof QUALITIES)[number];

/** About how many bytes remain of those at the best quality. Pictures differ, so what comes out is looked at as well. */
const SHARE_OF_BEST: Record<Quality, number> = { 75: 1, 60: 0.86, 45: 0.72 };

/** As good a picture as with the default (4), for a quarter of its time and 15 to 30 % more bytes. */
const EFFORT = 0;

/** Hardly to be told from the default (36 to 42 dB beside it, even where a picture is all grain), and done sooner. */
const KERNEL = 'cubic';

export interface DrawnThumbnails {
  readonly thumbnails: Record<ThumbnailSize, Buffer>;
  /** Base64. */
  readonly thumbhash: string;
}

/**
 * Draws both thumbnails (WebP) and the thumbhash. Decoding takes longer than all the rest: it is done once, to pixels of
 * the larger thumbnail, which the others are made from.
 */
export async function drawThumbnails(original: Buffer): Promise<DrawnThumbnails> {
  const image = sharp(original, { failOn: 'error', limitInputPixels: IMAGE_MAX_PIXELS, pages: 1 });
  const { width, height } = (await image.metadata()).autoOrient;
  const [small, large] = THUMBNAIL_SIZES;
  const pixels = await image
    .autoOrient()
    .toColourspace('srgb')
    .resize({ ...boxOf(width, height, large), fit: 'fill', kernel: KERNEL })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const smallThumbnail = await encode(pixels, small, boxOf(width, height, small));
  // What a pixel takes in the small one tells what to try with the large one, whose encoding takes four times as long.
  const largeThumbnail = await encode(pixels, large, boxOf(width, height, large), smallThumbnail.bestBytesPerPixel);
  return {
    thumbnails: { [small]: smallThumbnail.file, [large]: largeThumbnail.file },
    thumbhash: thumbhashOf({ data: pixels.data, ...pixels.info }),
  };
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** The short edge gets the thumbnail's size, so that a square crop of it stays sharp. Never larger than the original. */
function boxOf(width: number, height: number, size: ThumbnailSize): Box {
  const scale = Math.min(1, size / Math.min(width, height), (MAX_STRETCH * size) / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

interface Pixels {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

interface Encoded {
  readonly file: Buffer;
  /** What a pixel takes at the best quality; an estimate where that was not tried. */
  readonly bestBytesPerPixel: number;
}

/** @param expectedBytesPerPixel at the best quality, where something is known about it: spares what would be too large */
async function encode(
  { data, info: { width, height, channels } }: Pixels,
  size: ThumbnailSize,
  box: Box,
  expectedBytesPerPixel = 0,
): Promise<Encoded> {
  const pixels = box.width * box.height;
  const maxBytes = MAX_BYTES[size] * Math.max(1, pixels / size ** 2);
  const isHopeful = (quality: Quality): boolean => expectedBytesPerPixel * pixels * SHARE_OF_BEST[quality] <= maxBytes;
  const worst = QUALITIES.at(-1) ?? QUALITIES[0];
  for (const quality of QUALITIES) {
    if (quality !== worst && !isHopeful(quality)) continue;
    const file = await sharp(data, { raw: { width, height, channels } })
      .resize({ ...box, fit: 'fill', kernel: KERNEL })
      .webp({ quality, effort: EFFORT })
      .toBuffer();
    if (quality === worst || file.length <= maxBytes) {
      return { file, bestBytesPerPixel: file.length / pixels / SHARE_OF_BEST[quality] };
    }
  }
  throw new Error('No quality to encode a thumbnail with');
}
