import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Clock } from '../time/index.js';
import { DiskSpace, type FileSystemStat, FileSystems } from './disk-space.js';
import { WriteProbe } from './write-probe.js';

const DATA = '/data';
const LOCAL = { dataDir: DATA, databaseUrl: undefined, s3: undefined };

const MB = 1_000_000;
const GB = 1_000 * MB;
const TB = 1_000 * GB;

class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

class TestFileSystems extends FileSystems {
  asked = 0;

  constructor(public answer: FileSystemStat) {
    super();
  }

  /** Answers of folders of their own; the others are where the data folder is. */
  readonly mounts = new Map<string, FileSystemStat>();

  override async stat(path: string): Promise<FileSystemStat> {
    if (path === DATA) this.asked += 1;
    const mounted = this.mounts.get(path);
    if (mounted) return mounted;
    if (path !== DATA) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return this.answer;
  }
}

const disk = (freeBytes: number, totalBytes: number): FileSystemStat & { bfree: number } => ({
  bsize: 1_000,
  blocks: totalBytes / 1_000,
  bavail: freeBytes / 1_000,
  // What root could still use is nothing that we may count on.
  bfree: totalBytes / 1_000,
});

async function isNearlyFull(freeBytes: number, totalBytes: number): Promise<boolean> {
  const space = new DiskSpace(LOCAL, new TestFileSystems(disk(freeBytes, totalBytes)), new TestClock());
  return (await space.current()).isNearlyFull;
}

test.each([
  ['499 MB of 1 GB', 499 * MB, GB, true],
  ['500 MB of 1 GB', 500 * MB, GB, false],
  ['499 MB of 10 TB', 499 * MB, 10 * TB, true],
  ['999 MB of 20 GB, less than 5 %', 999 * MB, 20 * GB, true],
  ['1 GB of 20 GB, 5 %', GB, 20 * GB, false],
  ['1.9 GB of 10 TB', 1_900 * MB, 10 * TB, true],
  ['2 GB of 10 TB, far less than 5 % and yet plenty', 2 * GB, 10 * TB, false],
])('%s', async (_, freeBytes, totalBytes, expected) => {
  expect(await isNearlyFull(freeBytes, totalBytes)).toBe(expected);
});

test('asks the operating system every few seconds at most, and notices space that returns', async () => {
  const clock = new TestClock();
  const fileSystems = new TestFileSystems(disk(100 * MB, GB));
  const space = new DiskSpace(LOCAL, fileSystems, clock);

  expect((await space.current()).isNearlyFull).toBe(true);
  fileSystems.answer = disk(900 * MB, GB);
  clock.nowMs += 2_999;
  expect((await space.current()).isNearlyFull).toBe(true);
  // Once for the database, once for the images, which have no folder yet.
  expect(fileSystems.asked).toBe(2);
  clock.nowMs += 1;
  expect(await space.current()).toEqual({ freeBytes: 900 * MB, totalBytes: GB, isNearlyFull: false });
});

const S3 = {
  bucket: 'images',
  endpoint: undefined,
  region: 'us-east-1',
  accessKeyId: 'a',
  secretAccessKey: 'b',
  isPathStyle: false,
};
const MYSQL = 'mysql://127.0.0.1/atelier';

test.each([
  ['SQLite and local images', LOCAL, { data: true, images: true }],
  ['SQLite and a bucket', { ...LOCAL, s3: S3 }, { data: true, images: false }],
  ['MySQL and local images', { ...LOCAL, databaseUrl: MYSQL }, { data: false, images: true }],
  ['MySQL and a bucket', { ...LOCAL, databaseUrl: MYSQL, s3: S3 }, { data: false, images: false }],
])('with %s only a disk that is used can be too full', async (_, configuration, matters) => {
  const isRefused = async (data: FileSystemStat, images: FileSystemStat): Promise<boolean> => {
    const fileSystems = new TestFileSystems(data);
    fileSystems.mounts.set(`${DATA}/static`, images);
    return (await new DiskSpace(configuration, fileSystems, new TestClock()).current()).isNearlyFull;
  };
  const [full, roomy] = [disk(1 * MB, 100 * GB), disk(50 * GB, 100 * GB)];

  expect(await isRefused(roomy, roomy)).toBe(false);
  expect(await isRefused(full, roomy)).toBe(matters.data);
  expect(await isRefused(roomy, full)).toBe(matters.images);
});

test('reads a real file system', async () => {
  const space = new DiskSpace({ ...LOCAL, dataDir: tmpdir() }, new FileSystems(), new Clock());
  const { freeBytes, totalBytes } = await space.current();
  expect(freeBytes).toBeGreaterThan(0);
  expect(totalBytes).toBeGreaterThan(freeBytes);
});

test('the write probe leaves nothing behind, and fails when the folder is gone', async () => {
  const clock = new TestClock();
  const dataDir = mkdtempSync(join(tmpdir(), 'atelier-probe-'));
  const probe = new WriteProbe({ dataDir }, clock);

  await probe.check();
  expect(readdirSync(dataDir)).toEqual([]);

  rmSync(dataDir, { recursive: true });
  await probe.check();
  clock.nowMs += 5_000;
  await expect(probe.check()).rejects.toMatchObject({ code: 'ENOENT' });
});
