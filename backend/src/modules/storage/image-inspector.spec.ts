import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { ImageInspector, UnusableImageError } from './image-inspector.js';
import { IMAGE_MAX_BYTES } from './image-limits.js';
import { ImageWork } from './image-work.js';
import { PNG_SIGNATURE, pngChunk } from './testing/png-chunks.js';
import { sampleImage, samplePng } from './testing/sample-images.js';

const inspector = new ImageInspector(new ImageWork());

async function reasonFor(bytes: Buffer): Promise<string> {
  try {
    await inspector.inspect(bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof UnusableImageError) return error.reason;
    throw error;
  }
}

/** A few hundred bytes that say they are a black-and-white image of any size. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(100_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('ImageInspector', () => {
  test('measures whole images of the three formats', async () => {
    const image = sampleImage(64, 48);
    const png = await image.clone().png().toBuffer();
    const jpeg = await image.clone().jpeg().toBuffer();
    const progressive = await image.clone().jpeg({ progressive: true }).toBuffer();
    const webp = await image.clone().webp().toBuffer();
    const lossless = await image.clone().webp({ lossless: true }).toBuffer();

    const size = { width: 64, height: 48 };
    await expect(inspector.inspect(png)).resolves.toEqual({
      ...size,
      extension: 'png',
      mime: 'image/png',
      bytes: png.length,
    });
    for (const bytes of [jpeg, progressive]) {
      await expect(inspector.inspect(bytes)).resolves.toEqual({
        ...size,
        extension: 'jpg',
        mime: 'image/jpeg',
        bytes: bytes.length,
      });
    }
    for (const bytes of [webp, lossless]) {
      await expect(inspector.inspect(bytes)).resolves.toEqual({
        ...size,
        extension: 'webp',
        mime: 'image/webp',
        bytes: bytes.length,
      });
    }
  });

  test('takes the largest image that a tier asks for, and odd ones', async () => {
    const flat = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: '#345' } })
        .png()
        .toBuffer();

    expect(await reasonFor(await flat(4096, 4096))).toBe('accepted');
    expect(await reasonFor(await flat(1, 1))).toBe('accepted');
    expect(await reasonFor(await flat(1, 60_000))).toBe('accepted');
    expect(await reasonFor(await sampleImage(64, 48).toColourspace('cmyk').jpeg().toBuffer())).toBe('accepted');
    expect(await reasonFor(await sampleImage(64, 48).toColourspace('rgb16').png().toBuffer())).toBe('accepted');
  });

  test('says the size as it is shown when a JPEG is to be turned', async () => {
    const turned = await sampleImage(64, 48).withMetadata({ orientation: 6 }).jpeg().toBuffer();

    await expect(inspector.inspect(turned)).resolves.toMatchObject({ width: 48, height: 64 });
  });

  test('refuses what is not one whole still PNG, JPEG or WebP', async () => {
    const png = await samplePng();
    const jpeg = await sampleImage(64, 48).jpeg().toBuffer();
    const webp = await sampleImage(64, 48).webp().toBuffer();
    const frames = await Promise.all([samplePng(32, 32, 'one'), samplePng(32, 32, 'two')]);
    const endOfJpeg = Buffer.from([0xff, 0xd9]);
    const broken = Buffer.from(png);
    broken.fill(0x55, 80, 120);
    const brokenAtTheEnd = Buffer.from(png);
    // The last bytes of pixels, before their checksums and the chunk that ends the file.
    brokenAtTheEnd.fill(0x55, png.length - 30, png.length - 24);

    const refused: Record<string, readonly [Buffer, string]> = {
      'nothing at all': [Buffer.alloc(0), 'empty'],
      'zero bytes': [Buffer.alloc(4096), 'unsupported_format'],
      'an error page': [Buffer.from('<!doctype html><title>502</title>'), 'unsupported_format'],
      'a drawing with a script': [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        'unsupported_format',
      ],
      'a GIF': [await sampleImage(8, 8).gif().toBuffer(), 'unsupported_format'],
      'a TIFF': [await sampleImage(8, 8).tiff().toBuffer(), 'unsupported_format'],
      'an AVIF': [await sampleImage(8, 8).avif().toBuffer(), 'unsupported_format'],
      'a PNG without its end': [png.subarray(0, -1), 'truncated'],
      'half a PNG': [png.subarray(0, png.length / 2), 'truncated'],
      'the signature of a PNG alone': [png.subarray(0, 8), 'truncated'],
      'half a JPEG': [jpeg.subarray(0, jpeg.length / 2), 'truncated'],
      'half a JPEG with an end put on': [
        Buffer.concat([jpeg.subarray(0, jpeg.length * 0.7), endOfJpeg]),
        'undecodable',
      ],
      'half a WebP': [webp.subarray(0, webp.length / 2), 'truncated'],
      'a PNG with damaged pixels': [broken, 'undecodable'],
      'a PNG whose last pixels are damaged': [brokenAtTheEnd, 'undecodable'],
      'a PNG with a page behind it': [Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]), 'trailing_bytes'],
      'a JPEG with an archive behind it': [
        Buffer.concat([jpeg, Buffer.from('PK\u0003\u0004'), endOfJpeg]),
        'trailing_bytes',
      ],
      'a WebP with a tail': [Buffer.concat([webp, Buffer.from('tail')]), 'trailing_bytes'],
      'a moving picture': [
        await sharp(frames, { join: { animated: true } })
          .webp()
          .toBuffer(),
        'animated',
      ],
      'a bomb': [bomb(30_000, 30_000), 'too_many_pixels'],
      'a large bomb': [bomb(2_000_000_000, 2_000_000_000), 'undecodable'],
      'too many bytes': [Buffer.alloc(IMAGE_MAX_BYTES + 1), 'too_large'],
    };
    for (const [name, [bytes, reason]] of Object.entries(refused)) {
      expect({ name, reason: await reasonFor(bytes) }).toEqual({ name, reason });
    }
  });

  test('refuses a PNG cut anywhere, and never fails otherwise', async () => {
    const png = await samplePng(24, 24);

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: png.length - 1 }), async (length) => {
        expect(['empty', 'unsupported_format', 'truncated']).toContain(await reasonFor(png.subarray(0, length)));
      }),
    );
  });

  test('answers arbitrary bytes behind a known beginning with a refusal', async () => {
    const beginning = fc.constantFrom('89504e470d0a1a0a', 'ffd8ffe0', '52494646100000005745425056503820');
    await fc.assert(
      fc.asyncProperty(beginning, fc.uint8Array({ maxLength: 300 }), async (head, tail) => {
        expect(await reasonFor(Buffer.concat([Buffer.from(head, 'hex'), tail]))).not.toBe('accepted');
      }),
    );
  });

  test('decodes no more than two images at once', async () => {
    const jpeg = await sampleImage(512, 512).jpeg().toBuffer();
    let most = 0;
    const sampler = setInterval(() => {
      const { process, queue } = sharp.counters();
      most = Math.max(most, process + queue);
    }, 1);
    await Promise.all(Array.from({ length: 20 }, () => inspector.inspect(jpeg)));
    clearInterval(sampler);

    expect(most).toBeGreaterThan(0);
    // libvips counts a piece of work a moment longer than we do; without a limit there would be 20.
    expect(most).toBeLessThanOrEqual(4);
  });
});
