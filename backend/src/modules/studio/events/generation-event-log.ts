import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { eventIdInvalid } from '../studio.errors.js';
import { GenerationEvent } from './generation-event.entity.js';

/** Where a reader of the log goes on. */
export interface Resumption {
  /** Id of the event behind which to go on. */
  readonly position: number;
  /** Whether nothing was missed since the reader was here. If not, the reader has to look at how things are now. */
  readonly isGapless: boolean;
}

/** Reads the log of what happened to generations, in the order of its ids, each person's own alone. */
@Injectable()
export class GenerationEventLog {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Finds where a reader goes on who was told events up to an id, or who comes for the first time.
   * @throws DomainError `studio.event_id_invalid` for what is no id of an event
   */
  async resume(userId: number, lastEventId: string | undefined): Promise<Resumption> {
    const seen = lastEventId === undefined ? undefined : parseEventId(lastEventId);
    const { oldest, newest } = await this.#bounds();
    // Older than the log reaches, or from another log: an installation that was restored from a backup.
    if (seen !== undefined && seen >= oldest - 1 && seen <= newest) return { position: seen, isGapless: true };
    const own = (await this.newestOf([userId])).get(userId);
    return { position: own ?? Math.max(0, oldest - 1), isGapless: false };
  }

  /** The events of a person behind a position, the oldest first. */
  async after(userId: number, position: number, limit: number): Promise<GenerationEvent[]> {
    return this.dataSource.manager
      .createQueryBuilder(GenerationEvent, 'event')
      .where('event.userId = :userId AND event.id > :position', { userId, position })
      .orderBy('event.id', 'ASC')
      .limit(limit)
      .getMany();
  }

  /** The id of the newest event of each of these people, without those who have none. */
  async newestOf(userIds: readonly number[]): Promise<Map<number, number>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.dataSource.manager
      .createQueryBuilder(GenerationEvent, 'event')
      .select('event.userId', 'userId')
      .addSelect('MAX(event.id)', 'newest')
      .where('event.userId IN (:...userIds)', { userIds })
      .groupBy('event.userId')
      .getRawMany<{ userId: number; newest: number | string }>();
    return new Map(rows.map(({ userId, newest }) => [userId, Number(newest)]));
  }

  async #bounds(): Promise<{ oldest: number; newest: number }> {
    const row = await this.dataSource.manager
      .createQueryBuilder(GenerationEvent, 'event')
      .select('MIN(event.id)', 'oldest')
      .addSelect('MAX(event.id)', 'newest')
      .getRawOne<{ oldest: number | string | null; newest: number | string | null }>();
    return { oldest: Number(row?.oldest ?? 0), newest: Number(row?.newest ?? 0) };
  }
}

function parseEventId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw eventIdInvalid();
  return Number(text);
}
