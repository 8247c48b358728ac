import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, realpath, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { probeFolder } from '../../../platform/disk/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import {
  type ByteRange,
  type ListedObject,
  type ObjectBody,
  ObjectExistsError,
  type ObjectStat,
  ObjectStore,
  type StoredObject,
} from '../object-store.js';
import { errorCodeOf } from '../error-code.js';
import { isObjectKey, TOP_FOLDER } from '../image-keys.js';
import { objectNotFound, storageUnavailable } from '../storage.errors.js';
import { storageErrorOf } from './file-errors.js';
import { isInside, listFiles, removeDraftFiles } from './file-listing.js';

const CHUNK_BYTES = 1024 * 1024;
const READ_CHUNK_BYTES = 256 * 1024;

/** Keeps objects as files under the data folder, in the folders that their keys name. */
export class LocalObjectStore extends ObjectStore {
  readonly #root: string;

  constructor(dataDir: string) {
    super();
    this.#root = resolve(dataDir);
  }

  async put(key: string, content: Buffer | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<StoredObject> {
    const path = this.#pathOf(key);
    const folder = dirname(path);
    const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      signal?.throwIfAborted();
      await this.#makeFolder(folder);
      const stored = await writeDraft(draft, content, signal);
      try {
        signal?.throwIfAborted();
        // Unlike rename, link refuses to replace a file that is there already.
        await link(draft, path);
      } finally {
        await unlink(draft);
      }
      await syncFolder(folder);
      return stored;
    } catch (error) {
      if (errorCodeOf(error) === 'EEXIST') throw new ObjectExistsError(key);
      throw storageErrorOf(error, signal);
    }
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<ObjectBody> {
    const path = this.#pathOf(key);
    try {
      signal?.throwIfAborted();
      const file = await this.#openFile(path);
      try {
        const { size } = await file.stat();
        const stream = file.createReadStream({
          ...(range && { start: range.start, end: range.end }),
          highWaterMark: READ_CHUNK_BYTES,
          signal,
        });
        return { stream, bytes: size };
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async stat(key: string, signal?: AbortSignal): Promise<ObjectStat> {
    const path = this.#pathOf(key);
    try {
      signal?.throwIfAborted();
      const file = await this.#openFile(path);
      try {
        const { size, mtimeMs } = await file.stat();
        return { bytes: size, modifiedAtMs: Math.floor(mtimeMs) };
      } finally {
        await file.close();
      }
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    try {
      await this.#assertInside(dirname(path));
      await unlink(path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw storageErrorOf(error);
    }
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<ListedObject> {
    return listFiles(this.#root, prefix, signal);
  }

  async check(): Promise<void> {
    try {
      // Images may be on a file system of their own. Nothing is made here: a folder that is gone must not come back empty.
      await probeFolder(join(this.#root, TOP_FOLDER)).catch((error: unknown) => {
        if (errorCodeOf(error) === 'ENOENT') return probeFolder(this.#root);
        throw error;
      });
    } catch (error) {
      const told = storageErrorOf(error);
      throw told instanceof DomainError && told.kind === 'not_found' ? storageUnavailable(error) : told;
    }
  }

  removeDrafts(writtenBeforeMs: number, limit: number, signal?: AbortSignal): Promise<string[]> {
    return removeDraftFiles(this.#root, writtenBeforeMs, limit, signal);
  }

  /** @throws RangeError for a key that we did not make: such a one never reaches the file system */
  #pathOf(key: string): string {
    const path = resolve(this.#root, key);
    if (!isObjectKey(key) || !isInside(this.#root, path)) throw new RangeError('Not a key of a stored object');
    return path;
  }

  /** Opens a regular file, and only one that really lies under the root: links are not followed out of it. */
  async #openFile(path: string): Promise<FileHandle> {
    await this.#assertInside(dirname(path));
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw objectNotFound();
  }

  async #assertInside(folder: string): Promise<void> {
    if (!isInside(await realpath(this.#root), await realpath(folder))) throw objectNotFound();
  }

  async #makeFolder(folder: string): Promise<void> {
    const firstMade = await mkdir(folder, { recursive: true, mode: 0o750 });
    await this.#assertInside(folder);
    if (firstMade === undefined) return;
    // A folder is only as durable as its entry in the folder above it.
    for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
  }
}

function* slices(content: Buffer): Generator<Buffer> {
  for (let start = 0; start < content.length; start += CHUNK_BYTES) yield content.subarray(start, start + CHUNK_BYTES);
}

/** Writes a draft durably and proves by reading it that the file holds what was written; leaves nothing behind when it fails. */
async function writeDraft(
  draft: string,
  content: Buffer | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const file = await open(draft, 'wx+', 0o640);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of Buffer.isBuffer(content) ? slices(content) : content) {
      signal?.throwIfAborted();
      hash.update(chunk);
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
    }
    const written: StoredObject = { sha256: hash.digest('hex'), bytes };
    await file.sync();
    const isWhole = Buffer.isBuffer(content) ? await holds(file, content) : await measures(file, written);
    if (!isWhole) throw new Error('The file does not hold what was written to it');
    await file.close();
    return written;
  } catch (error) {
    await file.close();
    await unlink(draft);
    throw error;
  }
}

/** Whether the file is exactly this. What is still at hand is compared, which costs a tenth of hashing it again. */
async function holds(file: FileHandle, content: Buffer): Promise<boolean> {
  let position = 0;
  for await (const chunk of chunksOf(file)) {
    if (!chunk.equals(content.subarray(position, position + chunk.length))) return false;
    position += chunk.length;
  }
  return position === content.length;
}

async function measures(file: FileHandle, { sha256, bytes }: StoredObject): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk);
    read += chunk.length;
  }
  return read === bytes && hash.digest('hex') === sha256;
}

/** The file from its beginning; each chunk is good until the next is asked for. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
    position += bytesRead;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
