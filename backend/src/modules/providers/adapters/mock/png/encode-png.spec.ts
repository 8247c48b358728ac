import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { crc32 } from 'node:zlib';
import { encodePng } from './encode-png.js';

/** Pixels as red, green, blue bytes: what any decoder must give back. */
function toBytes(pixels: Int32Array): Buffer {
  const bytes = Buffer.alloc(pixels.length * 3);
  pixels.forEach((pixel, index) => bytes.writeUIntBE(pixel & 0xffffff, index * 3, 3));
  return bytes;
}

async function expectSamePixels(pixels: Int32Array, width: number, height: number): Promise<void> {
  const png = await encodePng(pixels, width, height);
  const { data, info } = await sharp(png, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height, channels: 3 });
  expect(data.equals(toBytes(pixels))).toBe(true);
}

const gradient = (width: number, height: number): Int32Array =>
  Int32Array.from({ length: width * height }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    return (((x + y) & 255) << 16) | (((x * y) & 255) << 8) | ((x ^ y) & 255);
  });

const noise = (width: number, height: number): Int32Array => {
  let state = 1;
  return Int32Array.from({ length: width * height }, () => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >> 7);
};

describe('encodePng', () => {
  it('keeps every pixel of any small image', async () => {
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 19 }), height: fc.integer({ min: 1, max: 19 }) })
      .chain(({ width, height }) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          // Few different colours make even areas, many make noise: the filters are chosen differently.
          colors: fc.oneof(
            fc.array(fc.constantFrom(0, 0xffffff, 0x7f8081, -1), {
              minLength: width * height,
              maxLength: width * height,
            }),
            fc.array(fc.integer(), { minLength: width * height, maxLength: width * height }),
          ),
        }),
      );
    await fc.assert(
      fc.asyncProperty(image, ({ width, height, colors }) => expectSamePixels(Int32Array.from(colors), width, height)),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a gradient in one strip', 640, 480, gradient],
    ['a gradient in several strips', 1360, 2048, gradient],
    ['noise, which deflate can only store', 1024, 1024, noise],
    ['one very wide row', 16_384, 1, noise],
    ['one very tall column', 1, 16_384, gradient],
    ['a single colour', 2048, 1024, (width: number, height: number) => new Int32Array(width * height).fill(0x123456)],
  ])(
    'keeps every pixel of %s',
    async (_, width, height, draw) => {
      await expectSamePixels(draw(width, height), width, height);
    },
    30_000,
  );

  it('writes the chunks that the format demands, each with its checksum', async () => {
    const png = await encodePng(gradient(300, 200), 300, 200);
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    const types: string[] = [];
    for (let offset = 8; offset < png.length;) {
      const length = png.readUInt32BE(offset);
      types.push(png.toString('latin1', offset + 4, offset + 8));
      expect(png.readUInt32BE(offset + 8 + length)).toBe(crc32(png.subarray(offset + 4, offset + 8 + length)));
      offset += 12 + length;
    }
    expect(types).toEqual(['IHDR', 'IDAT', 'IEND']);
  });

  it('refuses pixels that are not as many as the size says', async () => {
    await expect(encodePng(new Int32Array(11), 3, 4)).rejects.toThrow(RangeError);
  });
});
