import { Inject, Injectable } from '@nestjs/common';
import type { Generation } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { findRows, marksFor } from '../../platform/database/index.js';
import { GalleryService } from '../gallery/index.js';
import { ExpectedDurations } from './queue/expected-durations.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { type Outlook, isOpen, statusOf, toGeneration } from './generation-view.js';
import { GenerationRow } from './generation.entity.js';
import { QueueLine } from './queue/queue-line.js';
import { generationNotFound } from './studio.errors.js';

/** Reads generations as the API shows them, each person's own alone. */
@Injectable()
export class GenerationReader {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(QueueLine) private readonly line: QueueLine,
    @Inject(ExpectedDurations) private readonly durations: ExpectedDurations,
  ) {}

  /** @throws `studio.generation_not_found` also for somebody else's */
  async get(userId: number, id: string): Promise<Generation> {
    const [generation] = await this.find(userId, [id]);
    if (!generation) throw generationNotFound();
    return generation;
  }

  /** Those of the generations that are the user's, in the order of the ids. */
  async find(userId: number, ids: readonly string[]): Promise<Generation[]> {
    if (ids.length === 0) return [];
    const { manager } = this.dataSource;
    const rows = await findRows(manager, GenerationRow, `WHERE user_id = ? AND id IN ${marksFor(ids)}`, [
      userId,
      ...ids,
    ]);
    if (rows.length === 0) return [];
    const own = rows.map(({ id }) => id);
    const [items, images] = await Promise.all([
      findRows(manager, GenerationItem, `WHERE generation_id IN ${marksFor(own)} ORDER BY generation_id, idx`, own),
      this.gallery.forGenerations(own),
    ]);
    const itemsOf = Map.groupBy(items, ({ generationId }) => generationId);
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    const generations: Generation[] = [];
    for (const id of ids) {
      const row = rowOf.get(id);
      const own = itemsOf.get(id) ?? [];
      if (row) generations.push(toGeneration(row, own, images.get(id) ?? [], await this.#outlookOf(row, own)));
    }
    return generations;
  }

  /** Ids of the user's generations that are not finished, the oldest first. */
  async unfinished(userId: number): Promise<string[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .select('DISTINCT item.generationId', 'id')
      .where(`item.state IN ('QUEUED', 'RUNNING') AND item.userId = :userId`, { userId })
      .orderBy('item.generationId', 'ASC')
      .getRawMany<{ id: string }>();
    return rows.map(({ id }) => id);
  }

  /** Whether nothing will happen to the generation any more. */
  async isFinished(id: string): Promise<boolean> {
    const open = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM generation_item WHERE generation_id = ? AND state IN ('QUEUED', 'RUNNING') LIMIT 1`,
      [id],
    );
    return open.length === 0;
  }

  /** Only asked for what is not finished: for the rest there is nothing to expect. */
  async #outlookOf(row: GenerationRow, items: readonly GenerationItem[]): Promise<Outlook> {
    const next = items.find(({ state }) => isOpen(state));
    if (!next) return { queue: null, expectedDurationMs: null };
    const expectedDurationMs = await this.durations.of(next.provider, row.tier);
    if (statusOf(items.map(({ state }) => state)) !== 'queued') return { queue: null, expectedDurationMs };
    const { position, of, imagesAhead, atWork } = await this.line.placeOf(row.id);
    // As many begin in the time that one takes as are at work at a time.
    const startsInMs =
      expectedDurationMs === null ? null : Math.round(((imagesAhead + 1) * expectedDurationMs) / Math.max(1, atWork));
    return { queue: { position, of, starts_in_ms: startsInMs }, expectedDurationMs };
  }
}
