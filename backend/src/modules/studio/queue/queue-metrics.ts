import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics, type Sample } from '../../../platform/metrics/index.js';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { Thumbnailer } from '../../storage/index.js';
import { GenerationItem, ITEM_STATES } from '../items/generation-item.entity.js';

/** How often the database is asked at most, however many read the metrics. */
const QUEUE_MAX_AGE_MS = 5_000;

/** Counting every item there ever was takes longer the longer the studio is used. */
const STATES_MAX_AGE_MS = 15_000;

interface Queue {
  readonly depth: number;
  readonly oldestMs: number | null;
}

/** What waits to be done. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  readonly #queue: Remembered<Queue>;
  readonly #states: Remembered<Sample[]>;

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Thumbnailer) private readonly thumbnailer: Thumbnailer,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#queue = new Remembered(clock, QUEUE_MAX_AGE_MS, () => this.#readQueue());
    this.#states = new Remembered(clock, STATES_MAX_AGE_MS, () => this.#readStates());
  }

  onModuleInit(): void {
    this.metrics.gauge('atelier_generation_items', 'Items of generations by state.', () => this.#states.get());
    this.metrics.gauge(
      'atelier_queue_depth',
      'Items that wait to be made.',
      async () => (await this.#queue.get()).depth,
    );
    this.metrics.gauge('atelier_queue_oldest_seconds', 'How long the first item in the queue has waited.', async () => {
      const { oldestMs } = await this.#queue.get();
      return oldestMs === null ? 0 : Math.max(0, this.clock.now() - oldestMs) / 1_000;
    });
    this.metrics.gauge('atelier_thumbnails_waiting', 'Images that wait for their thumbnails in this process.', () => {
      return this.thumbnailer.waiting;
    });
  }

  async #readQueue(): Promise<Queue> {
    const row = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .select('COUNT(*)', 'depth')
      .addSelect('MIN(item.runAt)', 'oldest')
      .where(`item.state = 'QUEUED'`)
      .getRawOne<{ depth: unknown; oldest: string | number | null }>();
    // MySQL answers large numbers as text.
    return {
      depth: Number(row?.depth),
      oldestMs: row === undefined || row.oldest === null ? null : Number(row.oldest),
    };
  }

  async #readStates(): Promise<Sample[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .select('item.state', 'state')
      .addSelect('COUNT(*)', 'count')
      .groupBy('item.state')
      .getRawMany<{ state: string; count: unknown }>();
    const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]));
    return ITEM_STATES.map((state) => ({
      labels: { state: state.toLowerCase() },
      value: counts.get(state) ?? 0,
    }));
  }
}
