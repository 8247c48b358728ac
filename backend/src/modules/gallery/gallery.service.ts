import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type GalleryQuery,
  type Image,
  ImageAttempt,
  type ImagePage,
  type MyCreations,
  type MyCreationsQuery,
} from '@atelier/contracts';
import { type EntityManager, In, IsNull, Repository } from 'typeorm';
import * as z from 'zod';
import { Transactions, atLast, execute, findRows, insertRows, marksFor } from '../../platform/database/index.js';
import { toInstant } from '../../platform/time/index.js';
import type { Actor } from '../auth/index.js';
import { SignedLinks } from '../storage/index.js';
import { enhancerOf } from './enhancer-of.js';
import { imageNotFound } from './gallery.errors.js';
import { fromCursor, toCursor } from './image-cursor.js';
import { ImageCount } from './image-count.entity.js';
import { ImageListing, type PageStart } from './image-listing.js';
import { GeneratedImage } from './image.entity.js';

/** An image as the studio records it, in the transaction that takes the credits for it. */
export type NewImage = Readonly<Omit<GeneratedImage, 'thumbhash' | 'deletedAt' | 'earlierAttempts'>> & {
  /** Calls for it that came to nothing, in order. */
  readonly earlierAttempts?: readonly ImageAttempt[];
};

/** Which bytes were recorded for an item. */
export type RecordedImage = Readonly<
  Pick<GeneratedImage, 'id' | 'itemId' | 'generationId' | 'userId' | 'storageKey' | 'sha256' | 'bytes'>
>;

/** Longest names that the columns hold; a provider decides how long they are, and a charge must not fail for it. */
const JOB_ID_MAX_LENGTH = 200;
const MODEL_MAX_LENGTH = 100;

/** The images that people have made. */
@Injectable()
export class GalleryService {
  constructor(
    @InjectRepository(GeneratedImage) private readonly images: Repository<GeneratedImage>,
    @InjectRepository(ImageCount) private readonly counts: Repository<ImageCount>,
    @Inject(ImageListing) private readonly listing: ImageListing,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(SignedLinks) private readonly links: SignedLinks,
  ) {}

  /**
   * Records a delivered image, and at the end of the transaction that its owner has one more: others who record one for
   * the same person wait for that. Called once per item, when the account was changed or that is left for the end as well.
   * @throws QueryFailedError a unique violation when the item has an image, or the storage key belongs to one
   */
  async record(tx: EntityManager, { earlierAttempts = [], ...image }: NewImage): Promise<void> {
    const row: GeneratedImage = {
      ...image,
      earlierAttempts: earlierAttempts.length === 0 ? null : JSON.stringify(earlierAttempts),
      jobId: image.jobId.slice(0, JOB_ID_MAX_LENGTH),
      model: image.model.slice(0, MODEL_MAX_LENGTH),
      thumbhash: null,
      deletedAt: null,
    };
    await insertRows(tx, GeneratedImage, [row]);
    atLast(tx, { sql: oneMore(tx), parameters: [image.userId] });
  }

  /** Keeps the placeholder of an image, once its thumbnails exist. */
  async setThumbhash(imageId: string, thumbhash: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await execute(tx, 'UPDATE image SET thumbhash = ? WHERE id = ?', [thumbhash, imageId]);
    });
  }

  /**
   * What was recorded for these items, in no particular order; items without an image are left out.
   * @param manager the transaction to read in, where there is one
   */
  async findByItems(
    itemIds: readonly string[],
    manager: EntityManager = this.images.manager,
  ): Promise<RecordedImage[]> {
    if (itemIds.length === 0) return [];
    return manager.find(GeneratedImage, {
      select: { id: true, itemId: true, generationId: true, userId: true, storageKey: true, sha256: true, bytes: true },
      where: { itemId: In([...itemIds]) },
    });
  }

  /** Which of these storage keys belong to an image, be it one that its owner has deleted. */
  async recordedKeys(storageKeys: readonly string[]): Promise<Set<string>> {
    if (storageKeys.length === 0) return new Set();
    const rows = await this.images.find({ select: { storageKey: true }, where: { storageKey: In([...storageKeys]) } });
    return new Set(rows.map(({ storageKey }) => storageKey));
  }

  /** Where the originals of images are stored, by the images' ids. */
  async storageKeysOf(imageIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.images.find({
      select: { id: true, storageKey: true },
      where: { id: In([...imageIds]), deletedAt: IsNull() },
    });
    return new Map(rows.map(({ id, storageKey }) => [id, storageKey]));
  }

  /**
   * The images of generations that the caller may see, in the order of their items.
   * @returns an entry for every id that was asked for
   */
  async forGenerations(generationIds: readonly string[]): Promise<Map<string, Image[]>> {
    const images = new Map<string, Image[]>(generationIds.map((id) => [id, []]));
    if (generationIds.length === 0) return images;
    const rows = await findRows(
      this.images.manager,
      GeneratedImage,
      `WHERE generation_id IN ${marksFor(generationIds)} AND deleted_at IS NULL ORDER BY item_id`,
      generationIds,
    );
    for (const row of rows) images.get(row.generationId)?.push(this.#toImage(row));
    return images;
  }

  /** The person's own images, newest first, with how many there are in all. */
  async myCreations(user: Actor, { limit, offset, cursor, tier, provider }: MyCreationsQuery): Promise<MyCreations> {
    const filter = { userId: user.id, tier, provider };
    const isFiltered = tier !== undefined || provider !== undefined;
    const [rows, total] = await Promise.all([
      this.listing.read(filter, pageStart(cursor, offset), limit + 1),
      isFiltered ? this.listing.count(filter) : this.#countAll(user.id),
    ]);
    return {
      images: rows.slice(0, limit).map((row) => this.#toImage(row)),
      total,
      next_cursor: nextCursor(rows, limit),
    };
  }

  /** One page of the person's own images, newest first. */
  async list(user: Actor, { limit, cursor, tier, provider }: GalleryQuery): Promise<ImagePage> {
    const filter = { userId: user.id, tier, provider };
    const rows = await this.listing.read(filter, pageStart(cursor), limit + 1);
    const next = nextCursor(rows, limit);
    return { data: rows.slice(0, limit).map((row) => this.#toImage(row)), has_more: next !== null, next_cursor: next };
  }

  /** @throws DomainError `gallery.image_not_found` also for somebody else's image */
  async get(user: Actor, id: string): Promise<Image> {
    const row = await this.images.findOneBy({ id, userId: user.id, deletedAt: IsNull() });
    if (!row) throw imageNotFound();
    return this.#toImage(row);
  }

  async #countAll(userId: number): Promise<number> {
    const count = await this.counts.findOneBy({ userId });
    return count?.images ?? 0;
  }

  #toImage(row: GeneratedImage): Image {
    const links = this.links.linksOf(row.storageKey);
    return {
      id: row.id,
      image_url: links.original,
      prompt: row.prompt,
      enhanced_prompt: row.enhancedPrompt,
      enhancer: enhancerOf(row),
      revised_prompt: row.revisedPrompt,
      provider: row.provider,
      tier: row.tier,
      credits_spent: row.creditsSpent,
      created_at: toInstant(row.createdAt),
      width: row.width,
      height: row.height,
      mime: row.mime,
      bytes: row.bytes,
      model: row.model,
      seed: row.seed,
      thumbhash: row.thumbhash ?? '',
      thumbnail_urls: links.thumbnails,
      generation_id: row.generationId,
      attempts: [...earlierAttemptsOf(row), { provider: row.provider, outcome: 'delivered' }],
      job_id: row.jobId,
      duration_ms: row.durationMs,
    };
  }
}

const earlierAttemptsOf = ({ earlierAttempts }: GeneratedImage): ImageAttempt[] =>
  earlierAttempts === null ? [] : z.array(ImageAttempt).parse(JSON.parse(earlierAttempts));

/** Counts an image, be it a person's first. Each engine has its own words for it. */
function oneMore({ dataSource }: EntityManager): string {
  const otherwise =
    dataSource.options.type === 'better-sqlite3' ? 'ON CONFLICT (user_id) DO UPDATE SET' : 'ON DUPLICATE KEY UPDATE';
  return `INSERT INTO image_count (user_id, images) VALUES (?, 1) ${otherwise} images = images + 1`;
}

/** @throws DomainError `gallery.cursor_invalid` */
function pageStart(cursor: string | undefined, offset = 0): PageStart {
  return cursor === undefined ? { offset } : { after: fromCursor(cursor) };
}

/** A row more than the page holds was read, to see whether there is another page. */
function nextCursor(rows: readonly GeneratedImage[], limit: number): string | null {
  const last = rows[limit - 1];
  return last && rows.length > limit ? toCursor(last) : null;
}
