import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Configuration } from '../../../platform/config/index.js';
import { GalleryService } from '../../gallery/index.js';
import { ObjectStore, newImageKey } from '../../storage/index.js';
import { OrphanFiles } from './orphan-files.js';
import { USER, imageOf, openStudio } from '../testing/open-studio.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describeAppOnEveryDatabase('OrphanFiles', (start) => {
  async function openFiles() {
    const studio = await openStudio(start);
    const { app, clock } = studio;
    const { dataDir } = app.get(Configuration);
    const write = (key: string, ageMs: number): string => {
      const path = join(dataDir, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'image');
      const writtenAt = (clock.now() - ageMs) / 1_000;
      utimesSync(path, writtenAt, writtenAt);
      return key;
    };
    return {
      ...studio,
      orphanFiles: app.get(OrphanFiles),
      newKey: () => newImageKey(USER, clock.now(), 'png'),
      write,
      isThere: (key: string) => existsSync(join(dataDir, key)),
    };
  }

  test('removes a file without an image when it is found a second time, an hour later', async () => {
    const { orphanFiles, clock, newKey, write, isThere } = await openFiles();
    const orphan = newKey();
    const files = [orphan, orphan.replace('.png', '-256.webp'), orphan.replace('.png', '-512.webp')];
    for (const key of files) write(key, DAY_MS);

    expect(await orphanFiles.sweep()).toEqual([]);
    clock.nowMs += HOUR_MS - 1;
    expect(await orphanFiles.sweep()).toEqual([]);
    clock.nowMs += 1;
    expect((await orphanFiles.sweep()).sort()).toEqual([...files].sort());

    expect(files.some(isThere)).toBe(false);
    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toEqual([]);
  });

  test('keeps the image of a running item, which has no row yet', async () => {
    const { orphanFiles, queue, clock, submit, claim, newKey, write, isThere } = await openFiles();
    const item = await claim(await submit());
    const fresh = write(newKey(), 0);

    for (let hour = 0; hour < 23; hour += 1) {
      clock.nowMs += HOUR_MS;
      expect(await orphanFiles.sweep()).toEqual([]);
    }

    expect(isThere(fresh)).toBe(true);
    // Stopped for a day, and woken up between the two walks that would take it for an orphan.
    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toEqual([]);
    expect(await queue.succeed(item, imageOf(item, clock, fresh))).toBe(true);
    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toEqual([]);
    expect(isThere(fresh)).toBe(true);
  });

  test('never removes a captured image or its thumbnails', async () => {
    const { orphanFiles, queue, clock, submit, claim, write, isThere } = await openFiles();
    const files: string[] = [];
    const claimed = async (key: string): Promise<Parameters<typeof queue.succeed>> => {
      const item = await claim(await submit());
      return [item, imageOf(item, clock, key)];
    };
    for (const extension of ['png', 'jpg', 'webp'] as const) {
      const key = newImageKey(USER, clock.now(), extension);
      await queue.succeed(...(await claimed(key)));
      for (const end of [`.${extension}`, '-256.webp', '-512.webp']) {
        files.push(write(key.replace(/\.[a-z]+$/, end), 100 * DAY_MS));
      }
    }

    // A walk may come to the thumbnails without their image: they are kept for its row, not for its file.
    const alone = newImageKey(USER, clock.now(), 'jpg');
    await queue.succeed(...(await claimed(alone)));
    files.push(write(alone.replace('.jpg', '-256.webp'), 100 * DAY_MS));

    for (let hour = 0; hour < 3; hour += 1) {
      clock.nowMs += HOUR_MS;
      expect(await orphanFiles.sweep()).toEqual([]);
    }

    expect(files).toHaveLength(10);
    expect(files.every(isThere)).toBe(true);
  });

  test('looks again just before it removes: a file may have become an image during the walk', async () => {
    const { app, orphanFiles, clock, newKey, write, isThere } = await openFiles();
    const key = write(newKey(), DAY_MS);
    await orphanFiles.sweep();
    clock.nowMs += HOUR_MS;
    jest
      .spyOn(app.get(GalleryService), 'recordedKeys')
      .mockResolvedValueOnce(new Set())
      .mockResolvedValueOnce(new Set([key]));

    expect(await orphanFiles.sweep()).toEqual([]);
    expect(isThere(key)).toBe(true);
  });

  test('removes drafts of processes that died', async () => {
    const { orphanFiles, newKey, write, isThere } = await openFiles();
    const old = write(`${newKey()}.0123abcd.tmp`, DAY_MS + 1);
    const young = write(`${newKey()}.0123abcd.tmp`, DAY_MS - 1);

    expect(await orphanFiles.sweep()).toEqual([old]);
    expect([isThere(old), isThere(young)]).toEqual([false, true]);
  });

  test('removes nothing when most files are unknown to the database, as to a wrong one', async () => {
    const { orphanFiles, clock, newKey, write, isThere } = await openFiles();
    const files = Array.from({ length: 30 }, () => write(newKey(), 2 * DAY_MS));

    await orphanFiles.sweep();
    clock.nowMs += 2 * HOUR_MS;
    expect(await orphanFiles.sweep()).toEqual([]);
    expect(files.every(isThere)).toBe(true);
  });

  /** A store of so many old files, of which every other one belongs to an image. */
  async function openMany(count: number, isRecorded = (number: number): boolean => number % 2 === 0) {
    const files = await openFiles();
    const { app, clock, newKey } = files;
    const keys = Array.from({ length: count }, newKey);
    const recorded = new Set(keys.filter((_, number) => isRecorded(number)));
    const gone = new Set<string>();
    const asked: number[] = [];
    const store = app.get(ObjectStore);
    jest.spyOn(store, 'list').mockImplementation(async function* () {
      const modifiedAtMs = clock.now() - 2 * DAY_MS;
      for (const key of keys) if (!gone.has(key)) yield { key, modifiedAtMs, bytes: 5 };
    });
    jest.spyOn(store, 'remove').mockImplementation(async (key) => void gone.add(key));
    jest.spyOn(app.get(GalleryService), 'recordedKeys').mockImplementation(async (some) => {
      asked.push(some.length);
      return new Set(some.filter((key) => recorded.has(key)));
    });
    return { ...files, keys, recorded, gone, asked };
  }

  test('removes 500 in a walk and the others in the next, and asks the database of so many at a time', async () => {
    const { orphanFiles, clock, keys, recorded, gone, asked } = await openMany(1_300);
    expect(await orphanFiles.sweep()).toEqual([]);
    expect(asked).toEqual([500, 500, 300]);

    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toHaveLength(500);
    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toHaveLength(150);
    expect(keys.filter((key) => !gone.has(key))).toEqual([...recorded]);
  });

  test.each([
    ['few files are unknown, though they are all', 20, () => false, 20],
    ['half of them are unknown', 42, (number: number) => number % 2 === 0, 21],
    ['one more than half is unknown', 41, (number: number) => number % 2 === 1, 0],
  ])('where %s, removes what it should', async (_, count, isRecorded, removed) => {
    const { orphanFiles, clock } = await openMany(count, isRecorded);
    await orphanFiles.sweep();
    clock.nowMs += HOUR_MS;
    expect(await orphanFiles.sweep()).toHaveLength(removed);
  });

  test('stops in the middle when it is told to', async () => {
    const { orphanFiles, clock, gone, app } = await openMany(60);
    await orphanFiles.sweep();
    clock.nowMs += HOUR_MS;
    const stopping = new AbortController();
    jest.spyOn(app.get(ObjectStore), 'remove').mockImplementation(async (key) => {
      gone.add(key);
      stopping.abort();
    });

    await expect(orphanFiles.sweep(stopping.signal)).rejects.toThrow('aborted');
    expect(gone.size).toBe(1);
  });

  test('goes on when a file can not be removed', async () => {
    const { app, orphanFiles, clock, newKey, write } = await openFiles();
    const files = [write(newKey(), DAY_MS), write(newKey(), DAY_MS)];
    await orphanFiles.sweep();
    clock.nowMs += HOUR_MS;
    jest.spyOn(app.get(ObjectStore), 'remove').mockRejectedValueOnce(new Error('refused'));

    const removed = await orphanFiles.sweep();
    expect(removed).toHaveLength(1);
    clock.nowMs += HOUR_MS;
    expect([...removed, ...(await orphanFiles.sweep())].sort()).toEqual([...files].sort());
  });

  test('walks once an hour, and less often while there is work to do', async () => {
    const { orphanFiles, clock } = await openFiles();
    expect([orphanFiles.isDue(true), orphanFiles.isDue(false)]).toEqual([true, true]);
    await orphanFiles.sweep();

    clock.nowMs += HOUR_MS - 1;
    expect(orphanFiles.isDue(true)).toBe(false);
    clock.nowMs += 1;
    expect([orphanFiles.isDue(true), orphanFiles.isDue(false)]).toEqual([true, false]);
    clock.nowMs += 5 * HOUR_MS;
    expect(orphanFiles.isDue(false)).toBe(true);
  });
});
