import type { Dirent } from 'node:fs';
import { lstat, opendir, realpath, unlink } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { DomainError } from '../../../platform/errors/index.js';
import { errorCodeOf } from '../error-code.js';
import { isObjectKey, TOP_FOLDER } from '../image-keys.js';
import type { ListedObject } from '../object-store.js';
import { storageUnavailable } from '../storage.errors.js';
import { storageErrorOf } from './file-errors.js';

/** The folders between the root and the files: year, month, day. */
const DAY_FOLDERS = [/^\d{4}$/, /^\d{2}$/, /^\d{2}$/] as const;
const DRAFT = /^(.+)\.[0-9a-f]{8}\.tmp$/;

/** Names that are read from a folder at a time. */
const NAMES_AT_ONCE = 512;

/** Whether a path lies below the root, without looking at links. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The objects whose keys start with the prefix; drafts and whatever else lies in the folders are left out. */
export async function* listFiles(root: string, prefix: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
  try {
    for await (const key of fileKeys(root, prefix, signal)) {
      if (!isObjectKey(key)) continue;
      const file = await measure(join(root, key));
      if (file) yield { key, ...file };
    }
  } catch (error) {
    throw listingErrorOf(error, signal);
  }
}

/** Removes drafts that nobody has written to since then. @returns their names */
export async function removeDraftFiles(
  root: string,
  writtenBeforeMs: number,
  limit: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const removed: string[] = [];
  try {
    for await (const key of fileKeys(root, '', signal)) {
      if (removed.length >= limit) break;
      if (!isObjectKey(DRAFT.exec(key)?.[1] ?? '')) continue;
      const draft = await measure(join(root, key));
      if (!draft || draft.modifiedAtMs >= writtenBeforeMs) continue;
      if (await unlinkIfThere(join(root, key))) removed.push(key);
    }
  } catch (error) {
    throw listingErrorOf(error, signal);
  }
  return removed;
}

/** A file where a folder should be is no missing image. */
function listingErrorOf(error: unknown, signal: AbortSignal | undefined): unknown {
  const told = storageErrorOf(error, signal);
  return told instanceof DomainError && told.kind === 'not_found' ? storageUnavailable(error) : told;
}

/** Everything that is a file in a day's folder; links are not followed. */
async function* fileKeys(root: string, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const folder of dayFolders(root, TOP_FOLDER, prefix, 0)) {
    signal?.throwIfAborted();
    if (!isInside(await realpath(root), await realpath(join(root, folder)))) continue;
    for await (const entry of entriesOf(join(root, folder))) {
      signal?.throwIfAborted();
      const key = `${folder}${entry.name}`;
      if (entry.isFile() && key.startsWith(prefix)) yield key;
    }
  }
}

/** Folders as the beginnings of keys, with a slash at the end; those without a key under the prefix are not opened. */
async function* dayFolders(root: string, folder: string, prefix: string, depth: number): AsyncGenerator<string> {
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return;
  const names = DAY_FOLDERS[depth];
  if (names === undefined) {
    yield folder;
    return;
  }
  for await (const entry of entriesOf(join(root, folder))) {
    if (entry.isDirectory() && names.test(entry.name)) {
      yield* dayFolders(root, `${folder}${entry.name}/`, prefix, depth + 1);
    }
  }
}

/** Nothing for a folder that isn't there: no image was made on that day, or none at all yet. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: NAMES_AT_ONCE });
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}

async function measure(path: string): Promise<Omit<ListedObject, 'key'> | undefined> {
  try {
    const { size, mtimeMs } = await lstat(path);
    return { bytes: size, modifiedAtMs: Math.floor(mtimeMs) };
  } catch (error) {
    // Removed since its folder was read.
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
