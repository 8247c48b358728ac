import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { drawThumbnails } from './draw-thumbnails.js';
import { errorCodeOf } from './error-code.js';
import { ImageWork } from './image-work.js';
import { newImageKey, thumbnailKey } from './image-keys.js';
import { objectNotFound } from './storage.errors.js';
import { LocalObjectStore } from './stores/local.object-store.js';
import { sampleImage, samplePng } from './testing/sample-images.js';
import { ThumbnailFiles } from './thumbnail-files.js';
import { Thumbnailer } from './thumbnailer.js';

async function sizeOf(image: Buffer): Promise<string> {
  const { format, width, height } = await sharp(image).metadata();
  return `${format} ${width}x${height}`;
}

describe('drawThumbnails', () => {
  test.each([
    [1024, 1024, 'webp 256x256', 'webp 512x512'],
    [1536, 1024, 'webp 384x256', 'webp 768x512'],
    [576, 1024, 'webp 256x455', 'webp 512x910'],
    [300, 200, 'webp 300x200', 'webp 300x200'],
    [1, 60_000, 'webp 1x1024', 'webp 1x2048'],
  ])('gives %i×%i a short edge of 256 and 512, without enlarging', async (width, height, small, large) => {
    const { thumbnails } = await drawThumbnails(await samplePng(width, height));

    expect(await sizeOf(thumbnails[256])).toBe(small);
    expect(await sizeOf(thumbnails[512])).toBe(large);
  });

  test('stays within the sizes that a gallery can afford', async () => {
    const { thumbnails } = await drawThumbnails(await samplePng(1024, 1024));

    expect(thumbnails[256].length).toBeLessThanOrEqual(15_000);
    expect(thumbnails[512].length).toBeLessThanOrEqual(40_000);
  });

  test('makes a thumbhash that has the shape and the colours of the image', async () => {
    const red = sharp({ create: { width: 900, height: 600, channels: 3, background: '#c02020' } });
    const { thumbhash } = await drawThumbnails(await red.png().toBuffer());

    const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash, 'base64'));
    expect(w / h).toBeCloseTo(1.5, 0);
    const [r = 0, g = 0, b = 0, a = 0] = rgba;
    expect(Math.abs(r - 0xc0) + Math.abs(g - 0x20) + Math.abs(b - 0x20)).toBeLessThan(30);
    expect(a).toBe(255);
  });

  test('keeps transparency, turns what is to be turned, and takes every colour space', async () => {
    const clear = sharp({
      create: { width: 600, height: 600, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const transparent = await drawThumbnails(await clear.png().toBuffer());
    const turned = await drawThumbnails(await sampleImage(900, 600).withMetadata({ orientation: 6 }).jpeg().toBuffer());
    const print = await drawThumbnails(await sampleImage(600, 600).toColourspace('cmyk').jpeg().toBuffer());
    const grey = await drawThumbnails(await sampleImage(600, 600).greyscale().png().toBuffer());
    const deep = await drawThumbnails(await sampleImage(600, 600).toColourspace('rgb16').png().toBuffer());

    expect((await sharp(transparent.thumbnails[256]).metadata()).hasAlpha).toBe(true);
    expect(await sizeOf(turned.thumbnails[256])).toBe('webp 256x384');
    for (const { thumbnails } of [print, grey, deep]) expect(await sizeOf(thumbnails[512])).toBe('webp 512x512');
  });
});

describe('Thumbnailer', () => {
  let root: string;
  let store: LocalObjectStore;
  let thumbnailer: Thumbnailer;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'atelier-thumbnails-'));
    store = new LocalObjectStore(root);
    thumbnailer = new Thumbnailer(store, new ImageWork());
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  async function storedImage(): Promise<string> {
    const key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    await store.put(key, await samplePng(640, 640));
    return key;
  }

  test('puts both thumbnails beside the image', async () => {
    const key = await storedImage();
    const { thumbhash } = await thumbnailer.makeThumbnails(key);

    expect(thumbhash.length).toBeGreaterThan(20);
    expect(thumbhash.length).toBeLessThanOrEqual(64);
    expect(await sizeOf(await buffer((await store.get(thumbnailKey(key, 256))).stream))).toBe('webp 256x256');
    expect(await sizeOf(await buffer((await store.get(thumbnailKey(key, 512))).stream))).toBe('webp 512x512');
  });

  test('draws once for everybody who asks at the same time, and again without harm', async () => {
    const key = await storedImage();
    const get = jest.spyOn(store, 'read');
    const all = await Promise.all(Array.from({ length: 10 }, () => thumbnailer.makeThumbnails(key)));

    expect(get).toHaveBeenCalledTimes(1);
    await expect(thumbnailer.makeThumbnails(key)).resolves.toEqual(all[0]);
  });

  test('reads no more than two images at once and pushes back when too many wait', async () => {
    let reading = 0;
    let most = 0;
    const gate = Promise.withResolvers<undefined>();
    jest.spyOn(store, 'read').mockImplementation(async () => {
      reading += 1;
      most = Math.max(most, reading);
      await gate.promise;
      reading -= 1;
      throw objectNotFound();
    });
    const results = Array.from({ length: 650 }, (_, index) =>
      thumbnailer.makeThumbnails(`image-${index}`).catch((error: unknown) => errorCodeOf(error)),
    );
    gate.resolve(undefined);

    const codes = await Promise.all(results);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    expect(codes.filter((code) => code === 'storage.object_not_found').length).toBe(600 + most);
    expect(codes.filter((code) => code === 'storage.unavailable').length).toBe(50 - most);
  });

  test('draws what somebody looks at before hundreds of images that nobody does', async () => {
    const drawn: string[] = [];
    jest.spyOn(store, 'read').mockImplementation((key) => {
      drawn.push(key);
      return Promise.reject(objectNotFound());
    });
    const waiting = Array.from({ length: 500 }, (_, index) => thumbnailer.makeThumbnailsInPause(`image-${index}`));
    const looked = thumbnailer.makeThumbnails('looked-at');
    const results = await Promise.allSettled([...waiting, looked]);

    expect(drawn.indexOf('looked-at')).toBeLessThanOrEqual(2);
    expect(drawn).toHaveLength(501);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 501 }, () => 'rejected'));
  });

  test('says that there is no image, and can be asked again when there is', async () => {
    const key = newImageKey(7, Date.UTC(2026, 10, 23), 'png');
    await expect(thumbnailer.makeThumbnails(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    await store.put(key, await samplePng(640, 640));

    await expect(thumbnailer.makeThumbnails(key)).resolves.toHaveProperty('thumbhash');
  });

  test('serves thumbnails from memory, from the store, and made on demand', async () => {
    const key = await storedImage();
    const files = new ThumbnailFiles(store, thumbnailer);
    const made = await files.get(key, 256);
    const get = jest.spyOn(store, 'read');
    const remembered = await files.get(key, 256);
    expect(get).not.toHaveBeenCalled();
    const read = await new ThumbnailFiles(store, thumbnailer).get(key, 256);

    expect(remembered).toBe(made);
    expect(read).toEqual(made);
    expect(await sizeOf(made.content)).toBe('webp 256x256');
  });

  test('remembers the thumbnails that were used last, up to a limit', async () => {
    const files = new ThumbnailFiles(store, thumbnailer);
    const keys = Array.from({ length: 5 }, () => newImageKey(7, Date.UTC(2026, 10, 23), 'png'));
    for (const key of keys) await store.put(thumbnailKey(key, 512), Buffer.alloc(8 * 1024 * 1024));
    for (const key of keys.slice(0, 4)) await files.get(key, 512);
    const [first = '', second = '', , , last = ''] = keys;
    await files.get(first, 512);
    await files.get(last, 512);

    const get = jest.spyOn(store, 'read');
    await files.get(first, 512);
    expect(get).not.toHaveBeenCalled();
    await files.get(second, 512);
    expect(get).toHaveBeenCalledTimes(1);
  });
});
