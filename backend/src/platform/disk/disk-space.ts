import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { Clock, Remembered } from '../time/index.js';

/** Below this nothing new is begun: the work that is under way, the database and its journal still need room. */
export const RESERVE_BYTES = 500_000_000;

/** On disks that are not small a share is kept as well, because other programs fill them faster than we do. */
export const RESERVE_SHARE = 0.05;

/**
 * Most that the share may come to. Whatever the disk's size, the work that can be under way at a time fits into this many
 * times over; without the limit a disk of 10 TB would be called full with 500 GB free.
 */
export const RESERVE_SHARE_MAX_BYTES = 2_000_000_000;

/** How old the answer may be. Space that returns is noticed as soon. */
const MAX_AGE_MS = 3_000;

/** What of `statfs` is looked at: sizes are in blocks of `bsize` bytes. */
export interface FileSystemStat {
  readonly bsize: number;
  readonly blocks: number;
  /** Blocks free for processes without privileges; `bfree` counts those that are reserved for root, too. */
  readonly bavail: number;
}

/** Asks the operating system, so that tests can answer in its place. */
@Injectable()
export class FileSystems {
  stat(path: string): Promise<FileSystemStat> {
    return statfs(path);
  }
}

/** Where the images are, which may be a mount of its own. */
const IMAGE_FOLDER = join('static', 'generated');

/** What tells which disks are used: with MySQL and a bucket none is, and a full one is no reason to refuse work. */
type UsedDisks = Pick<Configuration, 'dataDir' | 'databaseUrl' | 's3'>;

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly isNearlyFull: boolean;
}

/** The space that is left where the data are: of the database's disk and of the images', the one that is tighter. */
@Injectable()
export class DiskSpace {
  readonly #space: Remembered<Space>;

  constructor(
    @Inject(Configuration) configuration: UsedDisks,
    @Inject(FileSystems) fileSystems: FileSystems,
    @Inject(Clock) clock: Clock,
  ) {
    const { dataDir, databaseUrl, s3 } = configuration;
    const isDatabaseHere = databaseUrl === undefined;
    const areImagesHere = s3 === undefined;
    this.#space = new Remembered(clock, MAX_AGE_MS, async () => {
      const database = spaceOf(await fileSystems.stat(dataDir));
      if (!areImagesHere) return { ...database, isNearlyFull: isDatabaseHere && database.isNearlyFull };
      const images = spaceOf(await statNearest(fileSystems, join(dataDir, IMAGE_FOLDER), dataDir));
      return isDatabaseHere ? tighter(database, images) : images;
    });
  }

  /** At most a few seconds old. Waits as long as the disk does; rejects with what the operating system says. */
  current(): Promise<Space> {
    return this.#space.get();
  }
}

/** The file system of a folder that may not be there yet: then of the one that it will be made in. */
async function statNearest(fileSystems: FileSystems, folder: string, root: string): Promise<FileSystemStat> {
  try {
    return await fileSystems.stat(folder);
  } catch (error) {
    const isMissing = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
    if (!isMissing || folder === root) throw error;
    return statNearest(fileSystems, dirname(folder), root);
  }
}

function tighter(one: Space, other: Space): Space {
  if (one.isNearlyFull !== other.isNearlyFull) return one.isNearlyFull ? one : other;
  return one.freeBytes <= other.freeBytes ? one : other;
}

function spaceOf({ bsize, blocks, bavail }: FileSystemStat): Space {
  const freeBytes = bavail * bsize;
  const totalBytes = blocks * bsize;
  const share = Math.min(totalBytes * RESERVE_SHARE, RESERVE_SHARE_MAX_BYTES);
  return { freeBytes, totalBytes, isNearlyFull: freeBytes < Math.max(RESERVE_BYTES, share) };
}
