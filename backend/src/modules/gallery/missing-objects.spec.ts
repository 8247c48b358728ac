import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type TestDatabase, describeOnEveryDatabase } from '../../../test/test-database.js';
import { ConfigModule, Configuration, readVariables } from '../../platform/config/index.js';
import { CryptoModule } from '../../platform/crypto/index.js';
import { DomainError } from '../../platform/errors/index.js';
import { Metrics } from '../../platform/metrics/index.js';
import { Clock, toInstant } from '../../platform/time/index.js';
import { ObjectStore, StorageModule } from '../storage/index.js';
import type { GalleryService, NewImage } from './gallery.service.js';
import { GeneratedImage } from './image.entity.js';
import { MissingObject } from './missing-object.entity.js';
import { MissingObjects } from './missing-objects.js';
import { ObjectProbe } from './object-probe.entity.js';
import { START, newImage } from './testing/new-image.js';
import { GALLERY_ENTITIES, openGallery } from './testing/open-gallery.js';

const HOUR_MS = 3_600_000;

class TestClock extends Clock {
  nowMs = START;

  override now(): number {
    return this.nowMs;
  }
}

describeOnEveryDatabase('MissingObjects', (open) => {
  let dataDir: string;
  let storage: INestApplicationContext;
  let store: ObjectStore;
  let database: TestDatabase;
  let gallery: GalleryService;
  let clock: TestClock;

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
    store = storage.get(ObjectStore);
    database = await open(...GALLERY_ENTITIES, MissingObject, ObjectProbe);
    gallery = openGallery(database);
    clock = new TestClock();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await storage.close();
    rmSync(dataDir, { recursive: true });
  });

  function newProcess(metrics = new Metrics()): MissingObjects {
    const { dataSource, transactions } = database;
    const objects = new MissingObjects(dataSource, transactions, store, metrics, clock);
    objects.onModuleInit();
    return objects;
  }

  async function deliver(): Promise<NewImage> {
    const bytes = Buffer.alloc(2_000, 'image');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const image = newImage({ bytes: bytes.length, sha256 });
    await store.put(image.storageKey, bytes);
    await database.transactions.run((tx) => gallery.record(tx, image));
    return image;
  }

  const damage = ({ storageKey }: NewImage, content: Buffer): void => writeFileSync(join(dataDir, storageKey), content);

  test('finds nothing where everything is as it was recorded', async () => {
    const objects = newProcess();
    await deliver();
    expect(await objects.probe()).toBe(1);
    expect(await objects.report()).toEqual({
      missing: 0,
      damaged: 0,
      objects: [],
      probed_at: toInstant(START),
      complete_at: toInstant(START),
    });
  });

  test('reports what is gone, cut short or changed, and logs each of them once', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const metrics = new Metrics();
    const objects = newProcess(metrics);
    const [gone, short, changed] = [await deliver(), await deliver(), await deliver()];
    await deliver();
    await store.remove(gone.storageKey);
    damage(short, Buffer.alloc(10, 'image'));
    damage(changed, Buffer.alloc(2_000, 'other'));

    await objects.probe();

    const report = await objects.report();
    expect([report.missing, report.damaged]).toEqual([1, 2]);
    expect(new Map(report.objects.map(({ image_id, problem }) => [image_id, problem]))).toEqual(
      new Map([
        [gone.id, 'missing'],
        [short.id, 'damaged'],
        [changed.id, 'damaged'],
      ]),
    );
    expect(await metrics.format()).toContain('atelier_image_objects_unsound{problem="damaged"} 2');

    clock.nowMs += HOUR_MS;
    await objects.probe();
    expect(errors.mock.calls.map(([facts]) => facts)).toEqual(
      [gone, short, changed].map(({ id, storageKey }) => expect.objectContaining({ imageId: id, storageKey })),
    );
  });

  test('blames no image when the whole store is gone', async () => {
    const objects = newProcess();
    await deliver();
    const files = join(dataDir, 'static');
    renameSync(files, `${files}-away`);
    jest.spyOn(store, 'check').mockRejectedValueOnce(new Error('not mounted'));

    await expect(objects.probe()).rejects.toThrow('not mounted');

    expect(await objects.report()).toMatchObject({ missing: 0, damaged: 0, probed_at: null });
  });

  test('takes back what somebody brought back, and what its owner deleted', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const objects = newProcess();
    const [restored, deleted, changed] = [await deliver(), await deliver(), await deliver()];
    for (const { storageKey } of [restored, deleted]) await store.remove(storageKey);
    damage(changed, Buffer.alloc(2_000, 'other'));
    await objects.probe();
    expect(await objects.report()).toMatchObject({ missing: 2, damaged: 1 });

    await store.put(restored.storageKey, Buffer.alloc(2_000, 'image'));
    await database.transactions.run((tx) => tx.update(GeneratedImage, { id: deleted.id }, { deletedAt: START }));
    damage(changed, Buffer.alloc(2_000, 'image'));
    clock.nowMs += HOUR_MS;
    await objects.probe();

    expect(await objects.report()).toMatchObject({ missing: 0, damaged: 0, objects: [] });
  });

  test('goes through all images a part an hour, whichever process looks', async () => {
    const stat = jest.spyOn(store, 'stat').mockImplementation(async () => ({ bytes: 1_234, modifiedAtMs: START }));
    jest
      .spyOn(store, 'get')
      .mockImplementation(() => Promise.reject(new DomainError('storage.unavailable', 'unavailable', 'Away')));
    const images = Array.from({ length: 501 }, () => ({
      ...newImage(),
      ...{ earlierAttempts: null, thumbhash: null, deletedAt: null },
    }));
    await database.transactions.run(async (tx) => {
      for (const image of images) await tx.insert(GeneratedImage, image);
    });
    const [first, second] = [newProcess(), newProcess()];

    // The store is away: nothing is known, nothing is reported, and the same images are next again.
    await expect(first.probe()).rejects.toThrow('Away');
    expect(await first.report()).toMatchObject({ missing: 0, damaged: 0, probed_at: null });
    jest
      .spyOn(store, 'get')
      .mockImplementation(() => Promise.reject(new DomainError('storage.object_not_found', 'not_found', 'Gone')));
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    stat.mockClear();

    clock.nowMs += HOUR_MS;
    const looked = await Promise.all([first.probe(), second.probe()]);
    expect(looked.sort((one, other) => one - other)).toEqual([0, 500]);
    expect(stat.mock.calls.map(([key]) => key)).toEqual(images.slice(0, 500).map(({ storageKey }) => storageKey));
    expect(await second.report()).toMatchObject({ missing: 5, complete_at: null });

    clock.nowMs += HOUR_MS;
    expect(await second.probe()).toBe(1);
    expect((await second.report()).complete_at).toBe(toInstant(clock.nowMs));
    clock.nowMs += HOUR_MS;
    expect(await first.probe()).toBe(500);
  });
});
