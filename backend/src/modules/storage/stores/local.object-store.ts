import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, realpath, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { probeFolder } from '../../../platform/disk/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import {
  type ByteRange,
  inNewMemory,
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
import { writeDraft } from './draft-file.js';
import { storageErrorOf } from './file-errors.js';
import { isInside, listFiles, removeDraftFiles } from './file-listing.js';
import { FolderSyncs } from './folder-syncs.js';

const READ_CHUNK_BYTES = 256 * 1024;

/** Keeps objects as files under the data folder, in the folders that their keys name. */
export class LocalObjectStore extends ObjectStore {
  readonly #root: string;
  /** Where the root really lies, once that is known. */
  #realRoot: string | undefined;
  readonly #folders = new FolderSyncs();
  /** Those that were there and under the root when something was put into them first, one a day. */
  readonly #madeFolders = new Set<string>();

  constructor(dataDir: string) {
    super();
    this.#root = resolve(dataDir);
  }

  async put(
    key: string,
    content: Buffer | AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
    proof?: Promise<unknown>,
  ): Promise<StoredObject> {
    const path = this.#pathOf(key);
    const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    // It may fail before it is waited for.
    proof?.catch(() => undefined);
    const stored = await this.#writeDraft(draft, content, signal);
    try {
      await proof;
      signal?.throwIfAborted();
    } catch (error) {
      await unlink(draft);
      throw error;
    }
    try {
      // Unlike rename, link refuses to replace a file that is there already.
      await link(draft, path).finally(() => unlink(draft));
      await this.#folders.sync(dirname(path));
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

  /** In one go, which takes a seventh of what a stream does. */
  async read(key: string, memoryOf = inNewMemory): Promise<Buffer> {
    const path = this.#pathOf(key);
    try {
      const file = await this.#openFile(path);
      try {
        const { size } = await file.stat();
        const memory = memoryOf(size);
        let length = 0;
        for (let wasEnd = false; length < size && !wasEnd;) {
          const { bytesRead } = await file.read(memory, length, size - length, length);
          length += bytesRead;
          wasEnd = bytesRead === 0;
        }
        return memory.subarray(0, length);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw storageErrorOf(error);
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
      await this.#folders.sync(dirname(path));
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

  /** Leaves nothing behind when it fails. */
  async #writeDraft(
    draft: string,
    content: Buffer | AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<StoredObject> {
    try {
      signal?.throwIfAborted();
      const file = await this.#openDraft(draft);
      try {
        return await writeDraft(file, content, signal).finally(() => file.close());
      } catch (error) {
        await unlink(draft);
        throw error;
      }
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async #openDraft(draft: string): Promise<FileHandle> {
    const folder = dirname(draft);
    const isKnown = this.#madeFolders.has(folder);
    if (!isKnown) {
      await this.#makeFolder(folder);
      this.#madeFolders.add(folder);
    }
    try {
      return await open(draft, 'wx+', 0o640);
    } catch (error) {
      this.#madeFolders.delete(folder);
      if (!isKnown || errorCodeOf(error) !== 'ENOENT') throw error;
      // Somebody has removed it since.
      return this.#openDraft(draft);
    }
  }

  async #assertInside(folder: string): Promise<void> {
    this.#realRoot ??= await realpath(this.#root);
    if (!isInside(this.#realRoot, await realpath(folder))) throw objectNotFound();
  }

  /** Makes sure that a folder is there and really lies under the root. */
  async #makeFolder(folder: string): Promise<void> {
    try {
      await this.#assertInside(folder);
      return;
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
    const firstMade = await mkdir(folder, { recursive: true, mode: 0o750 });
    await this.#assertInside(folder);
    if (firstMade === undefined) return;
    // A folder is only as durable as its entry in the folder above it.
    for (let made = folder; made.length >= firstMade.length; made = dirname(made))
      await this.#folders.sync(dirname(made));
  }
}
