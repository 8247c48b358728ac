import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isObjectKey } from '../modules/storage/index.js';
import { isMissing } from './maintenance-error.js';

/** Below the data folder, and in a backup below `files`. */
export const IMAGE_FOLDER = join('static', 'generated');

export interface CopiedFiles {
  readonly count: number;
  readonly bytes: number;
}

/** Keys of all images and thumbnails below a folder. What is still being written has another name, and is no key. */
export async function* imageKeys(root: string): AsyncGenerator<string> {
  yield* keysBelow(root, join(root, IMAGE_FOLDER));
}

async function* keysBelow(root: string, folder: string): AsyncGenerator<string> {
  // All names of a folder at once: one that a busy server keeps filling would otherwise never come to its end.
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

/** Copies every image durably. One that is removed meanwhile is left out. */
export async function copyImages(from: string, to: string): Promise<CopiedFiles> {
  const folders = new Set<string>();
  let count = 0;
  let bytes = 0;
  for await (const key of imageKeys(from)) {
    const target = join(to, key);
    if (!folders.has(dirname(target))) await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    try {
      // Always a copy of its own: with a link, damage to one would be damage to both.
      await copyFile(join(from, key), target, constants.COPYFILE_EXCL);
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    await sync(target);
    for (let folder = dirname(target); folder.length > to.length; folder = dirname(folder)) folders.add(folder);
    bytes += (await stat(target)).size;
    count += 1;
  }
  for (const folder of folders) await sync(folder);
  return { count, bytes };
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
