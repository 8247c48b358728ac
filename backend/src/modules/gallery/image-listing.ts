import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Tier } from '@atelier/contracts';
import { type ObjectLiteral, Repository, type SelectQueryBuilder } from 'typeorm';
import { safeInteger } from '../../platform/database/index.js';
import type { ImagePosition } from './image-cursor.js';
import { GeneratedImage } from './image.entity.js';

/** Whose images, and which of them. Every combination has an index of its own. */
export interface ImageFilter {
  readonly userId: number;
  readonly tier?: Tier | undefined;
  readonly provider?: string | undefined;
}

/** Where a page starts: behind an image, or so many images after the newest. */
export type PageStart = { readonly after: ImagePosition } | { readonly offset: number };

/** Reads images newest first; those of the same millisecond by descending id. */
@Injectable()
export class ImageListing {
  constructor(@InjectRepository(GeneratedImage) private readonly images: Repository<GeneratedImage>) {}

  /** As fast at the end of the list as at its start. */
  async read(filter: ImageFilter, start: PageStart, limit: number): Promise<GeneratedImage[]> {
    const query = this.images
      .createQueryBuilder('image')
      .select([])
      // The places are found in the index alone and only then read whole. Asked for whole rows at once, MariaDB
      // reads every row from the newest to the page, whichever of its conditions could have taken it there.
      .innerJoin(
        (places: SelectQueryBuilder<ObjectLiteral>) => matchingPlaces(places, filter, start, limit),
        'place',
        'place.id = image.id',
      )
      .orderBy('image.createdAt', 'DESC')
      .addOrderBy('image.id', 'DESC');
    for (const { propertyName } of this.images.metadata.columns) query.addSelect(`image.${propertyName}`, propertyName);
    const rows = await query.getRawMany<Record<string, unknown>>();
    return rows.map((row) => this.#toEntity(row));
  }

  async count(filter: ImageFilter): Promise<number> {
    return matching(this.images.createQueryBuilder('image'), filter).getCount();
  }

  /** The ORM's own way from rows to entities allows for joins, and takes three times as long for a page. */
  #toEntity(row: Record<string, unknown>): GeneratedImage {
    for (const { propertyName, type } of this.images.metadata.columns) {
      if (type === 'bigint') row[propertyName] = safeInteger.from(row[propertyName]);
    }
    return Object.assign(new GeneratedImage(), row);
  }
}

function matchingPlaces(
  query: SelectQueryBuilder<ObjectLiteral>,
  filter: ImageFilter,
  start: PageStart,
  limit: number,
): SelectQueryBuilder<ObjectLiteral> {
  const page = matching(query.select('image.id', 'id').from(GeneratedImage, 'image'), filter)
    .orderBy('image.createdAt', 'DESC')
    .addOrderBy('image.id', 'DESC')
    .limit(limit);
  if ('offset' in start) return page.offset(start.offset);
  // Both engines enter the index by the first condition: SQLite would not by the second, and MariaDB would not by
  // a comparison of rows, (a, b) < (?, ?).
  return page
    .andWhere('image.createdAt <= :createdAt')
    .andWhere('(image.createdAt < :createdAt OR (image.createdAt = :createdAt AND image.id < :id))', start.after);
}

function matching<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  { userId, tier, provider }: ImageFilter,
): SelectQueryBuilder<Row> {
  query.where('image.userId = :userId', { userId }).andWhere('image.deletedAt IS NULL');
  if (tier !== undefined) query.andWhere('image.tier = :tier', { tier });
  if (provider !== undefined) query.andWhere('image.provider = :provider', { provider });
  return query;
}
