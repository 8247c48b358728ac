import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isObjectKey, isObjectDamaged, type ObjectStore } from '../modules/storage/index.js';
import { DomainError } from '../platform/errors/index.js';
import { inParallel } from './in-parallel.js';
import { isMissing } from './maintenance-error.js';

/** Where a backup has them below its `files`, as the data folder has. */
const IMAGE_FOLDER = join('static', 'generated');

/** A bucket is far away: most of the time is spent waiting. Each put or get holds one image in memory at most. */
const CONCURRENCY = 8;

/** A read that breaks off, or comes damaged, is tried so often. */
const ATTEMPTS = 3;

export interface CopiedFiles {
  readonly count: number;
  readonly bytes: number;
}

export interface SavedFiles extends CopiedFiles {
  /** Keys of objects whose bytes are not those that the store has a checksum of; they are left out. */
  readonly damaged: readonly string[];
}

/** Copies every object of the store durably into a folder. One that is removed meanwhile is left out. */
export async function saveImages(store: ObjectStore, folder: string): Promise<SavedFiles> {
  const folders = new Set<string>();
  const damaged: string[] = [];
  let count = 0;
  let bytes = 0;
  await inParallel(store.list(''), CONCURRENCY, async ({ key }) => {
    const target = join(folder, key);
    if (!folders.has(dirname(target))) await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    const saved = await readSeveralTimes(async () => saveObject(store, key, target));
    if (saved === 'missing') return;
    if (saved === 'damaged') {
      damaged.push(key);
      return;
    }
    for (let above = dirname(target); above.length > folder.length; above = dirname(above)) folders.add(above);
    bytes += saved;
    count += 1;
  });
  for (const each of folders) await sync(each);
  return { count, bytes, damaged: damaged.sort() };
}

/** Puts every file of a folder into the store. */
export async function loadImages(folder: string, store: ObjectStore): Promise<CopiedFiles> {
  let count = 0;
  let bytes = 0;
  await inParallel(imageKeys(folder), CONCURRENCY, async (key) => {
    bytes += (await store.put(key, createReadStream(join(folder, key)))).bytes;
    count += 1;
  });
  return { count, bytes };
}

/** Takes everything out of the store again. */
export async function removeImages(store: ObjectStore): Promise<void> {
  await inParallel(store.list(''), CONCURRENCY, ({ key }) => store.remove(key));
}

export interface MeasuredObject {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads an object to its end. */
export async function measureObject(store: ObjectStore, key: string): Promise<MeasuredObject | 'missing' | 'damaged'> {
  return readSeveralTimes(async () => {
    const { stream } = await store.get(key);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: hash.digest('hex') };
  });
}

/** @returns its bytes */
async function saveObject(store: ObjectStore, key: string, target: string): Promise<number> {
  const { stream, bytes } = await store.get(key);
  try {
    await pipeline(stream, createWriteStream(target, { flags: 'wx', mode: 0o640, flush: true }));
    return bytes;
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

/** Trouble on the way passes; an object that comes damaged each time is damaged where it lies. */
async function readSeveralTimes<Result>(read: () => Promise<Result>): Promise<Result | 'missing' | 'damaged'> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'storage.object_not_found') return 'missing';
      if (attempt < ATTEMPTS && error.code === 'storage.unavailable') continue;
      if (isObjectDamaged(error)) return 'damaged';
      throw error;
    }
  }
}

/** Keys of all images and thumbnails below a folder. What has another name is no key. */
async function* imageKeys(root: string): AsyncGenerator<string> {
  yield* keysBelow(root, join(root, IMAGE_FOLDER));
}

async function* keysBelow(root: string, folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* keysBelow(root, path);
    const key = relative(root, path).split(sep).join('/');
    if (entry.isFile() && isObjectKey(key)) yield key;
  }
}

/** Makes a file's content, or a folder's list of names, survive a power cut. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
