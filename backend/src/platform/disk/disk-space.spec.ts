import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Clock } from '../time/index.js';
import { DiskSpace, type FileSystemStat, FileSystems } from './disk-space.js';
import { WriteProbe } from './write-probe.js';

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

  override stat(): Promise<FileSystemStat> {
    this.asked += 1;
    return Promise.resolve(this.answer);
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
  const space = new DiskSpace({ dataDir: '/data' }, new TestFileSystems(disk(freeBytes, totalBytes)), new TestClock());
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
  const space = new DiskSpace({ dataDir: '/data' }, fileSystems, clock);

  expect((await space.current()).isNearlyFull).toBe(true);
  fileSystems.answer = disk(900 * MB, GB);
  clock.nowMs += 2_999;
  expect((await space.current()).isNearlyFull).toBe(true);
  expect(fileSystems.asked).toBe(1);
  clock.nowMs += 1;
  expect(await space.current()).toEqual({ freeBytes: 900 * MB, totalBytes: GB, isNearlyFull: false });
});

test('reads a real file system', async () => {
  const space = new DiskSpace({ dataDir: tmpdir() }, new FileSystems(), new Clock());
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
