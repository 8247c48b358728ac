import { Inject, Injectable } from '@nestjs/common';
import { ReusedMemory } from '../../platform/memory/index.js';
import { drawThumbnails } from './draw-thumbnails.js';
import { ImageWork } from './image-work.js';
import { THUMBNAIL_SIZES, thumbnailKey } from './image-keys.js';
import { ObjectExistsError, ObjectStore } from './object-store.js';
import { storageUnavailable } from './storage.errors.js';
import { QueueFullError } from './work-queue.js';

/** Some originals: no more are drawn at a time. */
const MEMORY_KEPT_BYTES = 8 * 1024 * 1024;

/** Makes the thumbnails of stored images, beside them in the store. */
@Injectable()
export class Thumbnailer {
  readonly #memory = new ReusedMemory(MEMORY_KEPT_BYTES);
  readonly #underWay = new Map<string, Promise<{ thumbhash: string }>>();

  constructor(
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(ImageWork) private readonly work: ImageWork,
  ) {}

  /** How many images wait for their turn in this process. */
  get waiting(): number {
    return this.work.waiting;
  }

  /**
   * Makes every thumbnail of an image, once however often it is asked for at the same time.
   * @returns the image's thumbhash in base64
   * @throws DomainError `storage.object_not_found`, `storage.full`; `storage.unavailable` also when too much is waiting
   */
  makeThumbnails(imageKey: string): Promise<{ thumbhash: string }> {
    return this.#once(imageKey, () => asUnavailable(this.work.run(() => this.#make(imageKey))));
  }

  /** Does the same for nobody in particular, in a pause; whoever asks meanwhile does not have to wait for that. */
  makeThumbnailsInPause(imageKey: string): Promise<{ thumbhash: string }> {
    return asUnavailable(this.work.runInPause(() => this.#once(imageKey, () => this.#make(imageKey))));
  }

  #once(imageKey: string, make: () => Promise<{ thumbhash: string }>): Promise<{ thumbhash: string }> {
    const underWay = this.#underWay.get(imageKey);
    if (underWay) return underWay;
    const made = make().finally(() => this.#underWay.delete(imageKey));
    this.#underWay.set(imageKey, made);
    return made;
  }

  async #make(imageKey: string): Promise<{ thumbhash: string }> {
    const original = await this.store.read(imageKey, (bytes) => this.#memory.take(bytes));
    const { thumbnails, thumbhash } = await drawThumbnails(original);
    this.#memory.giveBack(original);
    await Promise.all(THUMBNAIL_SIZES.map((size) => this.#keep(thumbnailKey(imageKey, size), thumbnails[size])));
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

async function asUnavailable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QueueFullError) throw storageUnavailable(error);
    throw error;
  }
}
