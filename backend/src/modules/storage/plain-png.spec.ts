import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { provePlainPng } from './plain-png.js';
import { sampleImage } from './testing/sample-images.js';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const [WIDTH, HEIGHT] = [40, 30];
const ROW_BYTES = 1 + 3 * WIDTH;

function chunk(type: string, content: Buffer): Buffer {
  const frame = Buffer.alloc(12 + content.length);
  frame.writeUInt32BE(content.length, 0);
  frame.write(type, 4, 'latin1');
  content.copy(frame, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, -4)), frame.length - 4);
  return frame;
}

function header(width = WIDTH, height = HEIGHT, depth = 8, colour = 2, interlacing = 0): Buffer {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width, 0);
  content.writeUInt32BE(height, 4);
  content.set([depth, colour, 0, 0, interlacing], 8);
  return chunk('IHDR', content);
}

/** Rows of pixels, each with its filter. */
function rows(length = ROW_BYTES * HEIGHT, change: (rows: Buffer) => void = () => undefined): Buffer {
  const content = Buffer.alloc(length);
  for (let index = 0; index < length; index += 1)
    content[index] = index % ROW_BYTES === 0 ? (index / ROW_BYTES) % 5 : index;
  change(content);
  return content;
}

const end = chunk('IEND', Buffer.alloc(0));
const png = (...chunks: Buffer[]): Buffer => Buffer.concat([SIGNATURE, ...chunks, end]);
const pixels = (content: Buffer): Buffer => chunk('IDAT', deflateSync(content));

describe('provePlainPng', () => {
  const whole = png(header(), pixels(rows()));

  it('agrees with the general decoder about what it proves', async () => {
    const image = sampleImage(WIDTH, HEIGHT);
    const files = [
      whole,
      await image.clone().png().toBuffer(),
      await image.clone().png({ adaptiveFiltering: true, compressionLevel: 9 }).toBuffer(),
      await image.clone().ensureAlpha(0.5).png().toBuffer(),
      await image.clone().greyscale().png().toBuffer(),
    ];
    for (const file of files) {
      expect(await provePlainPng(file)).toEqual({ width: WIDTH, height: HEIGHT });
      await expect(sharp(file, { failOn: 'warning' }).raw().toBuffer()).resolves.toBeDefined();
    }
  });

  it('finds pixels in several pieces, and what comes with them', async () => {
    const packed = deflateSync(rows());
    const pieces = [packed.subarray(0, 1), packed.subarray(1, 1), packed.subarray(1)].map((part) =>
      chunk('IDAT', part),
    );
    const text = chunk('tEXt', Buffer.from('Title\0A fox', 'latin1'));
    expect(await provePlainPng(png(header(), text, ...pieces, text))).toEqual({ width: WIDTH, height: HEIGHT });
  });

  it('proves nothing of other kinds, which are whole all the same', async () => {
    const image = sampleImage(WIDTH, HEIGHT);
    for (const file of [
      await image.clone().png({ palette: true }).toBuffer(),
      await image.clone().png({ progressive: true }).toBuffer(),
      await image.clone().toColourspace('rgb16').png().toBuffer(),
      await image.clone().withMetadata({ orientation: 6 }).png().toBuffer(),
    ]) {
      expect(await provePlainPng(file)).toBeUndefined();
      await expect(sharp(file, { failOn: 'error' }).raw().toBuffer()).resolves.toBeDefined();
    }
  });

  it.each([
    ['a row too few', png(header(), pixels(rows(ROW_BYTES * (HEIGHT - 1))))],
    ['half a row too few', png(header(), pixels(rows(ROW_BYTES * HEIGHT - 7)))],
    ['a row too many', png(header(), pixels(rows(ROW_BYTES * (HEIGHT + 1))))],
    ['no pixels', png(header())],
    [
      'a filter that does not exist',
      png(header(), pixels(rows(undefined, (content) => (content[ROW_BYTES * 17] = 5)))),
    ],
    ['pixels that are not packed', png(header(), chunk('IDAT', rows()))],
    ['pixels that are cut', png(header(), chunk('IDAT', deflateSync(rows()).subarray(0, -5)))],
    [
      'pixels apart',
      png(
        header(),
        chunk('IDAT', deflateSync(rows()).subarray(0, 9)),
        chunk('tEXt', Buffer.from('a\0b')),
        chunk('IDAT', deflateSync(rows()).subarray(9)),
      ),
    ],
    ['another size', png(header(WIDTH + 1), pixels(rows()))],
    ['no size', png(header(0, 0), pixels(rows()))],
    ['a size that nobody decodes', png(header(30_000, 30_000), pixels(rows()))],
    ['an edge that nobody shows', png(header(1_000_000, 1), pixels(Buffer.alloc(3_000_001)))],
    ['no header', png(pixels(rows()))],
    ['two headers', png(header(), header(), pixels(rows()))],
    ['a part that is not known', png(header(), chunk('acTL', Buffer.alloc(8)), pixels(rows()))],
  ])('proves nothing of a file with %s', async (_, file) => {
    expect(await provePlainPng(file)).toBeUndefined();
  });

  it('notices every byte that is changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        // The signature is somebody else's to look at; lengths are looked at before, by the file's structure.
        fc.integer({ min: SIGNATURE.length + 4, max: whole.length - 1 }).filter((at) => !isLength(whole, at)),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const damaged = Buffer.from(whole);
          damaged[at] = whole[at]! ^ change;
          expect(await provePlainPng(damaged)).toBeUndefined();
        },
      ),
    );
  });
});

/** Whether a byte is a part of a chunk's length. */
function isLength(file: Buffer, at: number): boolean {
  for (let offset = SIGNATURE.length; offset < file.length; offset += 12 + file.readUInt32BE(offset)) {
    if (at >= offset && at < offset + 4) return true;
  }
  return false;
}
