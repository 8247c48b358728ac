import { Inject, Injectable } from '@nestjs/common';
import type { Tier } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { Clock, Remembered } from '../../../platform/time/index.js';

const MAX_AGE_MS = 15_000;

/** Events whose generations are looked at: the newest of the whole installation, whichever providers they were with. */
const RECENT_EVENTS = 500;

/** How long the images of recent generations took, from the first claim to the stored image. */
const RECENT = `
  SELECT item.provider AS provider, generation.tier AS tier, item.completed_at - item.started_at AS duration
  FROM generation_item item
  INNER JOIN generation ON generation.id = item.generation_id
  WHERE item.state = 'SUCCEEDED' AND item.generation_id IN (
    SELECT generation_id FROM (SELECT generation_id FROM generation_event ORDER BY id DESC LIMIT ${RECENT_EVENTS}) recent
  )`;

/** What images of a provider and tier have taken lately: the median, so that one that hung does not count for many. */
@Injectable()
export class ExpectedDurations {
  readonly #medians: Remembered<ReadonlyMap<string, number>>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) clock: Clock,
  ) {
    this.#medians = new Remembered(clock, MAX_AGE_MS, () => this.#read());
  }

  /** Milliseconds from the start of an image to its end; null when none was made lately. */
  async of(provider: string, tier: Tier): Promise<number | null> {
    return (await this.#medians.get()).get(`${provider}/${tier}`) ?? null;
  }

  async #read(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.dataSource.query<{ provider: string; tier: string; duration: number | string }[]>(RECENT);
    const durations = Map.groupBy(rows, ({ provider, tier }) => `${provider}/${tier}`);
    return new Map([...durations].map(([key, taken]) => [key, median(taken.map(({ duration }) => Number(duration)))]));
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
