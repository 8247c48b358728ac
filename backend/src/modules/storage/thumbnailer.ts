import { availableParallelism } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { Inject, Injectable } from '@nestjs/common';
import { drawThumbnails } from './draw-thumbnails.js';
import { THUMBNAIL_SIZES, thumbnailKey } from './image-keys.js';
import { ObjectExistsError, ObjectStore } from './object-store.js';
import { storageUnavailable } from './storage.errors.js';
import { QueueFullError, WorkQueue } from './work-queue.js';

const CONCURRENCY = Math.min(2, availableParallelism());
/** About five seconds of work; only keys wait, the bytes are read when their turn comes. */
const MAX_WAITING = 250;

/** Makes the thumbnails of stored images, beside them in the store. */
@Injectable()
export class Thumbnailer {
  readonly #queue = new WorkQueue(CONCURRENCY, MAX_WAITING);
  readonly #underWay = new Map<string, Promise<{ thumbhash: string }>>();

  constructor(@Inject(ObjectStore) private readonly store: ObjectStore) {}

  /** How many images wait for their turn in this process. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /**
   * Makes every thumbnail of an image, once however often it is asked for at the same time.
   * @returns the image's thumbhash in base64
   * @throws DomainError `storage.object_not_found`, `storage.full`; `storage.unavailable` also when too much is waiting
   */
  makeThumbnails(imageKey: string): Promise<{ thumbhash: string }> {
    const underWay = this.#underWay.get(imageKey);
    if (underWay) return underWay;
    const made = this.#enqueue(imageKey).finally(() => this.#underWay.delete(imageKey));
    this.#underWay.set(imageKey, made);
    return made;
  }

  async #enqueue(imageKey: string): Promise<{ thumbhash: string }> {
    try {
      return await this.#queue.run(() => this.#make(imageKey));
    } catch (error) {
      if (error instanceof QueueFullError) throw storageUnavailable(error);
      throw error;
    }
  }

  async #make(imageKey: string): Promise<{ thumbhash: string }> {
    const original = await this.store.get(imageKey);
    const { thumbnails, thumbhash } = await drawThumbnails(await buffer(original.stream));
    for (const size of THUMBNAIL_SIZES) await this.#keep(thumbnailKey(imageKey, size), thumbnails[size]);
    return { thumbhash };
  }

  async #keep(key: string, bytes: Buffer): Promise<void> {
    try {
      await this.store.put(key, bytes);
    } catch (error) {
      // Another process was faster, or an earlier attempt got this far: theirs is as good as ours.
      if (!(error instanceof ObjectExistsError)) throw error;
    }
  }
}
