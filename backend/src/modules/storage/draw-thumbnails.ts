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

/** Tried in turn until the thumbnail is small enough; the last one stands. */
const QUALITIES = [75, 60, 45] as const;

/** Half the time of the default (4) for files that are 4 % larger. */
const EFFORT = 2;

/** Longest edge that a thumbhash is made from. */
const THUMBHASH_EDGE = 100;

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
  return {
    thumbnails: { [small]: await encode(smallBitmap, small), [large]: await encode(largeBitmap, large) },
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

async function encode(source: Bitmap, size: ThumbnailSize): Promise<Buffer> {
  const maxBytes = MAX_BYTES[size] * Math.max(1, (source.info.width * source.info.height) / size ** 2);
  let encoded: Buffer | undefined;
  for (const quality of QUALITIES) {
    encoded = await fromBitmap(source).webp({ quality, effort: EFFORT }).toBuffer();
    if (encoded.length <= maxBytes) break;
  }
  if (encoded === undefined) throw new Error('No quality to encode a thumbnail with');
  return encoded;
}
