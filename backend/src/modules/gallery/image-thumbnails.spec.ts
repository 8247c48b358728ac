import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import sharp from 'sharp';
import { type TestDatabase, describeOnEveryDatabase } from '../../../test/test-database.js';
import { ConfigModule, Configuration, readVariables } from '../../platform/config/index.js';
import { CryptoModule, newId } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/time/index.js';
import { ObjectStore, StorageModule, Thumbnailer } from '../storage/index.js';
import type { GalleryService, NewImage } from './gallery.service.js';
import { ImageThumbnails } from './image-thumbnails.js';
import { GeneratedImage } from './image.entity.js';
import { START, ada, newImage } from './testing/new-image.js';
import { GALLERY_ENTITIES, openGallery } from './testing/open-gallery.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

class StoppedClock extends Clock {
  override now(): number {
    return START;
  }
}

describeOnEveryDatabase('ImageThumbnails', (open) => {
  let dataDir: string;
  let storage: INestApplicationContext;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'atelier-gallery-'));
    const configuration = new Configuration(
      readVariables({ DATA_DIR: dataDir }),
      'a master key of more than 32 bytes, for tests',
    );
    storage = await NestFactory.createApplicationContext(
      { module: StorageModule, imports: [ConfigModule.with(configuration), CryptoModule] },
      { logger: false },
    );
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await storage.close();
    rmSync(dataDir, { recursive: true });
  });

  let database: TestDatabase;
  let gallery: GalleryService;
  async function openThumbnails(): Promise<ImageThumbnails> {
    database = await open(...GALLERY_ENTITIES);
    gallery = openGallery(database);
    const images = database.dataSource.getRepository(GeneratedImage);
    return new ImageThumbnails(images, gallery, storage.get(Thumbnailer), new StoppedClock());
  }

  async function deliver(image: NewImage = newImage(), isStored = true): Promise<NewImage> {
    if (isStored) await storage.get(ObjectStore).put(image.storageKey, await redSquare());
    await database.transactions.run((tx) => gallery.record(tx, image));
    return image;
  }

  const madeAt = (createdAt: number): NewImage => newImage({ createdAt, id: idAt(createdAt) });

  test('gives an image its placeholder', async () => {
    const thumbnails = await openThumbnails();
    const image = await deliver();
    await thumbnails.prepare(image);

    const { thumbhash } = await gallery.get(ada, image.id);
    expect(Buffer.from(thumbhash, 'base64').length).toBeGreaterThan(10);
  });

  test('does not fail with the image, and says which one it was', async () => {
    const thumbnails = await openThumbnails();
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const image = await deliver(newImage(), false);

    await expect(thumbnails.prepare(image)).resolves.toBeUndefined();
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ imageId: image.id }), expect.any(String));
  });

  test('comes back to what was left behind, and gets past what can not be done', async () => {
    const thumbnails = await openThumbnails();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    for (let index = 0; index < 52; index += 1) await deliver(madeAt(START - DAY_MS + index), false);
    const recent = await deliver(madeAt(START - 1_000));
    const old = await deliver(madeAt(START - 8 * DAY_MS));

    expect(await thumbnails.prepareMissing()).toBe(50);
    expect(await thumbnails.prepareMissing()).toBe(3);
    expect((await gallery.get(ada, recent.id)).thumbhash).not.toBe('');
    expect((await gallery.get(ada, old.id)).thumbhash).toBe('');
    // Round again: those whose file is missing are all that is left.
    expect(await thumbnails.prepareMissing()).toBe(50);
    expect(await thumbnails.prepareMissing()).toBe(2);
  });

  test('says that it has fallen behind, and when it has caught up', async () => {
    const thumbnails = await openThumbnails();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const images = await Promise.all(Array.from({ length: 512 }, () => deliver(newImage(), false)));
    const prepared = images.slice(1).map((image) => thumbnails.prepare(image));
    expect(thumbnails.isBehind).toBe(false);
    await thumbnails.room;

    prepared.push(...images.slice(0, 1).map((image) => thumbnails.prepare(image)));
    expect(thumbnails.isBehind).toBe(true);
    await thumbnails.room;
    expect(thumbnails.isBehind).toBe(false);
    await Promise.all(prepared);
  });

  test('has nothing to do when all is done', async () => {
    const thumbnails = await openThumbnails();
    await thumbnails.prepare(await deliver(madeAt(START - 1_000)));

    expect(await thumbnails.prepareMissing()).toBe(0);
  });
});

function redSquare(): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background: '#c02020' } })
    .png()
    .toBuffer();
}

/** An id as it is made at that moment; `newId` itself never goes back in time. */
function idAt(epochMs: number): string {
  const timestamp = epochMs.toString(16).padStart(12, '0');
  return `${timestamp.slice(0, 8)}-${timestamp.slice(8)}${newId(epochMs).slice(13)}`;
}
