import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/errors/index.js';
import { type ThumbnailSize, thumbnailKey } from './image-keys.js';
import { ObjectStore } from './object-store.js';
import { Thumbnailer } from './thumbnailer.js';

/** Bytes of thumbnails that are kept in memory. */
const MEMORY_BYTES = 32 * 1024 * 1024;

export interface ThumbnailFile {
  readonly content: Buffer;
  readonly entityTag: string;
}

/** Hands out thumbnails: from memory, else from the store, else made on the spot. */
@Injectable()
export class ThumbnailFiles {
  /** In order of last use: a Map remembers the order of insertion, and a hit is inserted anew. */
  readonly #memory = new Map<string, ThumbnailFile>();
  #memoryBytes = 0;

  constructor(
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(Thumbnailer) private readonly thumbnailer: Thumbnailer,
  ) {}

  /** @throws DomainError `storage.object_not_found` when there is no such image */
  async get(imageKey: string, size: ThumbnailSize): Promise<ThumbnailFile> {
    const key = thumbnailKey(imageKey, size);
    const remembered = this.#memory.get(key);
    if (remembered) {
      this.#memory.delete(key);
      this.#memory.set(key, remembered);
      return remembered;
    }
    const content = await this.#readOrMake(imageKey, key);
    const entityTag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    const file: ThumbnailFile = { content, entityTag };
    this.#remember(key, file);
    return file;
  }

  async #readOrMake(imageKey: string, key: string): Promise<Buffer> {
    try {
      return await this.store.read(key);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'storage.object_not_found')) throw error;
    }
    await this.thumbnailer.makeThumbnails(imageKey);
    return this.store.read(key);
  }

  #remember(key: string, file: ThumbnailFile): void {
    if (this.#memory.has(key)) return;
    this.#memory.set(key, file);
    this.#memoryBytes += file.content.length;
    for (const [oldest, { content }] of this.#memory) {
      if (this.#memoryBytes <= MEMORY_BYTES) break;
      this.#memory.delete(oldest);
      this.#memoryBytes -= content.length;
    }
  }
}
