import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { ImageInspector, UnusableImageError } from './image-inspector.js';
import { ImageWork } from './image-work.js';
import { PNG_SIGNATURE, pngChunk, withChunks } from './testing/png-chunks.js';
import { sampleImage, samplePng } from './testing/sample-images.js';

const MEGABYTE = 1024 * 1024;

/** As a decoded image of the most pixels that are taken, and room for the noise of the process. */
const MEMORY_MAX_BYTES = 600 * MEGABYTE;

const PATIENCE_MS = 30_000;

/** 256 megabytes of nothing, in a quarter of one. */
const packedZeros = deflateSync(Buffer.alloc(256 * MEGABYTE), { level: 9 });

const inspector = new ImageInspector(new ImageWork());

/** What becomes of the bytes, and how much memory the process took over it. */
async function inspect(bytes: Buffer): Promise<{ outcome: string; grownBytes: number }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  const outcome = await inspector.inspect(bytes).then(
    ({ extension, width, height }) => `${extension} ${width}x${height}`,
    (error: unknown) => (error instanceof UnusableImageError ? error.reason : String(error)),
  );
  clearInterval(watch);
  return { outcome, grownBytes: peak - before };
}

/** A PNG with a chunk that is small as it is and large as it is unpacked. */
async function withPacked(type: string, introduction: string): Promise<Buffer> {
  return withChunks(await samplePng(), pngChunk(type, Buffer.concat([Buffer.from(introduction), packedZeros])));
}

/** Colours of 16 bits, in an order for which all of the image has to be kept until its last byte. */
function interlaced(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([16, 6, 0, 0, 1], 8);
  const pixels = pngChunk('IDAT', packedZeros);
  return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', header), pixels, pngChunk('IEND', Buffer.alloc(0))]);
}

/** A JPEG that refines the same picture over and over again. */
async function ofManyScans(): Promise<Buffer> {
  const jpeg = await flat(4_000, 4_000).jpeg({ progressive: true }).toBuffer();
  const lastScan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  const again = Array.from({ length: 5_000 }, () => lastScan);
  return Buffer.concat([jpeg.subarray(0, -2), ...again, jpeg.subarray(-2)]);
}

const flat = (width: number, height: number, background = '#345') =>
  sharp({ create: { width, height, channels: 3, background } });

describe('images that mean harm, or only look like it', () => {
  test.each<[string, () => Promise<Buffer> | Buffer, string]>([
    ['a colour profile that unpacks to 256 MB', () => withPacked('iCCP', 'icc\0\0'), 'png 64x48'],
    ['a remark that unpacks to 256 MB', () => withPacked('zTXt', 'Comment\0\0'), 'png 64x48'],
    ['an international one', () => withPacked('iTXt', 'Comment\0\u0001\0\0\0'), 'png 64x48'],
    ['a PNG that moves', async () => withChunks(await samplePng(), pngChunk('acTL', Buffer.alloc(8, 1))), 'animated'],
    ['64 million pixels of 16 bits, of which half is missing', () => interlaced(8_000, 7_999), 'undecodable'],
    ['a JPEG of 5,000 scans', ofManyScans, 'undecodable'],
    [
      '64 million pixels in 38 bytes',
      () => Buffer.from('UklGRh4AAABXRUJQVlA4TBEAAAAvP9/PBwdQos60qv+BiOh/AAA=', 'base64'),
      'webp 8000x8000',
    ],
    ['the tallest JPEG', () => flat(1, 65_500).jpeg().toBuffer(), 'jpg 1x65500'],
    ['the widest JPEG', () => flat(65_500, 1).jpeg().toBuffer(), 'jpg 65500x1'],
    ['colours for printing', () => sampleImage(64, 48).toColourspace('cmyk').jpeg().toBuffer(), 'jpg 64x48'],
    [
      'a place on earth',
      () =>
        sampleImage(64, 48)
          .withExif({ IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
          .jpeg()
          .toBuffer(),
      'jpg 64x48',
    ],
    [
      'a page in a remark',
      async () => withChunks(await samplePng(), pngChunk('tEXt', Buffer.from('C\0<script>'))),
      'png 64x48',
    ],
    // Whether a filter has blanked it is for the vendor to say: somebody may have asked for a black picture.
    ['a black PNG', () => flat(1_024, 1_024, '#000').png().toBuffer(), 'png 1024x1024'],
    [
      'a black WebP of 86 bytes',
      () => flat(1_024, 1_024, '#000').webp({ lossless: true }).toBuffer(),
      'webp 1024x1024',
    ],
  ])(
    '%s',
    async (_, make, expected) => {
      const { outcome, grownBytes } = await inspect(await make());
      expect(outcome).toBe(expected);
      expect(grownBytes).toBeLessThan(MEMORY_MAX_BYTES);
    },
    PATIENCE_MS,
  );
});
