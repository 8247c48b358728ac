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
