import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { Clock } from '../../platform/time/index.js';
import { Thumbnailer } from '../storage/index.js';
import { GalleryService, type RecordedImage } from './gallery.service.js';
import { GeneratedImage } from './image.entity.js';

/** Images older than this are not looked at again: what has failed for so long will not come right by itself. */
const LOOK_BACK_MS = 7 * 24 * 60 * 60 * 1_000;
const BATCH = 50;

/**
 * Images that may wait for their thumbnails before no further ones are made: a quarter of a minute's work. It is their
 * keys that wait, not their pixels, and what is lost of them in a crash is found again.
 */
const MOST_BEHIND = 512;

/** Makes thumbnails and placeholders after an image was delivered: nobody waits for them. */
@Injectable()
export class ImageThumbnails {
  readonly #logger = new Logger(ImageThumbnails.name);
  /** How far the search for images without a placeholder has come. */
  #lastId = '';
  #behind = 0;
  #room = Promise.withResolvers<undefined>();

  constructor(
    @InjectRepository(GeneratedImage) private readonly images: Repository<GeneratedImage>,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(Thumbnailer) private readonly thumbnailer: Thumbnailer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Whether so many images wait that it would be wrong to make more. */
  get isBehind(): boolean {
    return this.#behind >= MOST_BEHIND;
  }

  /** Resolves when {@link isBehind} has become false. */
  get room(): Promise<unknown> {
    return this.isBehind ? this.#room.promise : Promise.resolve();
  }

  /** Never rejects: the image is there without thumbnails too, and {@link prepareMissing} comes back to it. */
  async prepare({ id, storageKey }: Pick<RecordedImage, 'id' | 'storageKey'>): Promise<void> {
    this.#behind += 1;
    try {
      const { thumbhash } = await this.thumbnailer.makeThumbnailsInPause(storageKey);
      await this.gallery.setThumbhash(id, thumbhash);
    } catch (error) {
      this.#logger.warn({ err: error, imageId: id }, 'The thumbnails of an image could not be made');
    } finally {
      this.#behind -= 1;
      if (!this.isBehind) {
        this.#room.resolve(undefined);
        this.#room = Promise.withResolvers();
      }
    }
  }

  /**
   * Looks after some recent images whose thumbnails were never finished, because the process stopped or was too busy.
   * Meant to be called again and again; each call goes on where the last one stopped.
   * @returns how many images it looked after
   */
  async prepareMissing(): Promise<number> {
    const oldest = firstIdAt(this.clock.now() - LOOK_BACK_MS);
    const rows = await this.images.find({
      select: { id: true, storageKey: true },
      where: { id: MoreThan(this.#lastId > oldest ? this.#lastId : oldest), thumbhash: IsNull(), deletedAt: IsNull() },
      order: { id: 'ASC' },
      take: BATCH,
    });
    this.#lastId = rows.length < BATCH ? '' : (rows.at(-1)?.id ?? '');
    for (const row of rows) await this.prepare(row);
    return rows.length;
  }
}

/** Ids are ordered by time: this one sorts before every id made from that moment on. */
function firstIdAt(epochMs: number): string {
  const timestamp = Math.max(0, epochMs).toString(16).padStart(12, '0');
  return `${timestamp.slice(0, 8)}-${timestamp.slice(8)}-`;
}
