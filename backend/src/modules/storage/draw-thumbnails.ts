import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { IMAGE_MAX_PIXELS } from './image-limits.js';
import { THUMBNAIL_SIZES, type ThumbnailSize } from './image-keys.js';

/** No image is drawn twice: libvips' memory of past operations would only hold pixels. */
sharp.cache(false);

/** Longest edge of a thumbnail as a multiple of its short edge; beyond it the short edge shrinks too. */
const MAX_STRETCH = 4;

/** Goals for a square; others in proportion to their area. */
const MAX_BYTES: Record<ThumbnailSize, number> = { 256: 15_000, 512: 40_000 };

/** The best that is small enough is taken; the last one stands in any case. */
const QUALITIES = [75, 60, 45] as const;
type Quality = (typeof QUALITIES)[number];

/** About how many bytes remain of those at the best quality. Pictures differ, so what comes out is looked at as well. */
const SHARE_OF_BEST: Record<Quality, number> = { 75: 1, 60: 0.86, 45: 0.72 };

/** A third of the time of the default (4) for files that are 8 % larger. */
const EFFORT = 1;

/** Longest edge that a thumbhash is made from: it keeps seven waves across at most. */
const THUMBHASH_EDGE = 32;

export interface DrawnThumbnails {
  readonly thumbnails: Record<ThumbnailSize, Buffer>;
  /** Base64. */
  readonly thumbhash: string;
}

interface Bitmap {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** Draws both thumbnails (WebP) and the thumbhash, decoding the original once: each is made from the next larger one. */
export async function drawThumbnails(original: Buffer): Promise<DrawnThumbnails> {
  const image = sharp(original, { failOn: 'error', limitInputPixels: IMAGE_MAX_PIXELS, pages: 1 });
  const { width, height } = (await image.metadata()).autoOrient;
  const [small, large] = THUMBNAIL_SIZES;
  const largeBitmap = await bitmap(image.autoOrient().toColourspace('srgb'), thumbnailBox(width, height, large));
  const smallBitmap = await bitmap(fromBitmap(largeBitmap), thumbnailBox(width, height, small));
  const tiny = await bitmap(fromBitmap(smallBitmap).ensureAlpha(), fit(width, height, THUMBHASH_EDGE));
  const smallThumbnail = await encode(smallBitmap, small);
  // What a pixel takes in the small one tells what to try with the large one, whose encoding takes four times as long.
  const largeThumbnail = await encode(largeBitmap, large, smallThumbnail.bestBytesPerPixel);
  return {
    thumbnails: { [small]: smallThumbnail.file, [large]: largeThumbnail.file },
    thumbhash: Buffer.from(rgbaToThumbHash(tiny.info.width, tiny.info.height, tiny.data)).toString('base64'),
  };
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** The short edge gets the thumbnail's size, so that a square crop of it stays sharp. Never larger than the original. */
function thumbnailBox(width: number, height: number, size: ThumbnailSize): Box {
  const scale = Math.min(1, size / Math.min(width, height), (MAX_STRETCH * size) / Math.max(width, height));
  return scaled(width, height, scale);
}

function fit(width: number, height: number, edge: number): Box {
  return scaled(width, height, Math.min(1, edge / Math.max(width, height)));
}

function scaled(width: number, height: number, scale: number): Box {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function bitmap(image: Sharp, box: Box): Promise<Bitmap> {
  return image
    .resize({ ...box, fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

function fromBitmap({ data, info }: Bitmap): Sharp {
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

interface Encoded {
  readonly file: Buffer;
  /** What a pixel takes at the best quality; an estimate where that was not tried. */
  readonly bestBytesPerPixel: number;
}

/** @param expectedBytesPerPixel at the best quality, where something is known about it: spares what would be too large */
async function encode({ data, info }: Bitmap, size: ThumbnailSize, expectedBytesPerPixel = 0): Promise<Encoded> {
  const pixels = info.width * info.height;
  const maxBytes = MAX_BYTES[size] * Math.max(1, pixels / size ** 2);
  const isHopeful = (quality: Quality): boolean => expectedBytesPerPixel * pixels * SHARE_OF_BEST[quality] <= maxBytes;
  const worst = QUALITIES.at(-1) ?? QUALITIES[0];
  for (const quality of QUALITIES) {
    if (quality !== worst && !isHopeful(quality)) continue;
    const file = await fromBitmap({ data, info }).webp({ quality, effort: EFFORT }).toBuffer();
    if (quality === worst || file.length <= maxBytes) {
      return { file, bestBytesPerPixel: file.length / pixels / SHARE_OF_BEST[quality] };
    }
  }
  throw new Error('No quality to encode a thumbnail with');
}
