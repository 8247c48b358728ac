import { Inject, Injectable } from '@nestjs/common';
import type { Generation } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { findPairs, marksFor } from '../../platform/database/index.js';
import { GalleryService } from '../gallery/index.js';
import { ExpectedDurations } from './queue/expected-durations.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { type Outlook, isOpen, statusOf, toGeneration } from './generation-view.js';
import { GenerationRow } from './generation.entity.js';
import { QueueLine } from './queue/queue-line.js';
import { generationNotFound } from './studio.errors.js';

/** Holds for a generation that nothing will happen to any more. */
const IS_FINISHED = `NOT EXISTS (
  SELECT 1 FROM generation_item AS unfinished
  WHERE unfinished.generation_id = generation.id AND unfinished.state IN ('QUEUED', 'RUNNING'))`;

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
    return ids.length === 0 ? [] : this.#find(userId, ids);
  }

  /** One of the user's, once nothing will happen to it any more; undefined until then, and for somebody else's. */
  async finished(userId: number, id: string): Promise<Generation | undefined> {
    const [generation] = await this.#find(userId, [id], `AND ${IS_FINISHED}`);
    return generation;
  }

  async #find(userId: number, ids: readonly string[], condition = ''): Promise<Generation[]> {
    const pairs = await findPairs(
      this.dataSource.manager,
      [GenerationRow, 'generation'],
      [GenerationItem, 'item'],
      `INNER JOIN generation_item AS item ON item.generation_id = generation.id
       WHERE generation.user_id = ? AND generation.id IN ${marksFor(ids)} ${condition} ORDER BY item.generation_id, item.idx`,
      [userId, ...ids],
    );
    const pairsOf = Map.groupBy(pairs, ([{ id }]) => id);
    const images = await this.gallery.forGenerations([...pairsOf.keys()]);
    const generations: Generation[] = [];
    for (const id of ids) {
      const own = pairsOf.get(id) ?? [];
      const row = own[0]?.[0];
      if (!row) continue;
      const items = own.map(([, item]) => item);
      generations.push(toGeneration(row, items, images.get(id) ?? [], await this.#outlookOf(row, items)));
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
