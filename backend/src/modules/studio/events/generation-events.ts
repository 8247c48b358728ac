import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Broadcast } from '../../../platform/broadcast/index.js';
import { type LastStatement, Transactions, atLast } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { GenerationEvent } from './generation-event.entity.js';
import { GENERATION_CHANNEL, type GenerationNews, writeGenerationNews } from './generation-news.js';
import { GenerationOutcomes } from './generation-outcomes.js';
import { REACHED } from './reached.js';

/** How long somebody may stay away and still be told everything that happened meanwhile. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1_000;

/** Events that are forgotten in one transaction at most. */
const PRUNE_LIMIT = 1_000;

const INSERT = 'INSERT INTO generation_event (user_id, generation_id, item_id, type, created_at)';

/** What a transaction has done to a generation. `generationId` is last in each, as the statements below ask for it. */
const STATEMENTS: Record<GenerationNews['change'], string> = {
  submitted: `${INSERT} SELECT ?, ?, ?, 'generation.queued', ?`,
  // Further items of a generation that is at work already change nothing about it.
  claimed: `${INSERT}
    SELECT ?, ?, ?, 'generation.started', ? FROM generation_item WHERE generation_id = ?
    GROUP BY generation_id HAVING SUM(state <> 'QUEUED') = 1`,
  changed: `${INSERT} SELECT ?, ?, ?, ${REACHED}, ? FROM generation_item WHERE generation_id = ? GROUP BY generation_id`,
};

/** What the end of a transaction has to find, as otherwise nothing of it is kept. */
export interface Proviso extends Pick<LastStatement, 'parameters'> {
  /** FROM and WHERE of a SELECT: a row where it is found, none where it is not. */
  readonly rows: string;
  /** Says why nothing is kept. */
  readonly refused: () => Promise<Error>;
}

/**
 * The log of what happens to generations. It is written with the change itself, so that nothing is told that did not
 * happen and nothing happens that is not told.
 */
@Injectable()
export class GenerationEvents {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Broadcast) private readonly broadcast: Broadcast,
    @Inject(GenerationOutcomes) private readonly outcomes: GenerationOutcomes,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Writes down, at its end, what the transaction has done. It must have changed or locked the user's credit account
   * before, or have left that for its end: that lets a user's events come to pass one after the other, in the order of
   * their ids, and shows this one every item that others have settled. So exactly one transaction finds the last item
   * settled and writes the final event.
   */
  async record(
    tx: EntityManager,
    { change, userId, generationId }: GenerationNews,
    itemId: string | null = null,
  ): Promise<void> {
    const facts = [userId, generationId, itemId, this.clock.now()];
    const parameters = change === 'submitted' ? facts : [...facts, generationId];
    atLast(tx, { sql: STATEMENTS[change], parameters });
    if (change === 'changed') await this.outcomes.record(tx, { userId, generationId });
  }

  /** The same for what was submitted, on condition of something that is counted behind the lock of the account. */
  recordSubmitted(tx: EntityManager, { userId, generationId }: Omit<GenerationNews, 'change'>, proviso: Proviso): void {
    atLast(tx, {
      sql: `${STATEMENTS.submitted} ${proviso.rows}`,
      parameters: [userId, generationId, null, this.clock.now(), ...proviso.parameters],
      refused: proviso.refused,
    });
  }

  /** Tells everybody who waits, after the commit. Whoever misses it finds the event in the log. */
  announce(news: GenerationNews): void {
    this.broadcast.publish(GENERATION_CHANNEL, writeGenerationNews(news));
  }

  /**
   * Forgets what is past its retention, but never the newest event: what was the last is how a reader is known.
   * @returns how many
   */
  async prune(): Promise<number> {
    const before = this.clock.now() - RETENTION_MS;
    const oldest = await this.dataSource.manager.find(GenerationEvent, {
      select: { id: true, createdAt: true },
      order: { id: 'ASC' },
      take: PRUNE_LIMIT + 1,
    });
    const kept = oldest.findIndex(({ createdAt }) => createdAt >= before);
    const pruned = oldest.slice(0, kept === -1 ? oldest.length - 1 : kept);
    const last = pruned.at(-1);
    if (!last) return 0;
    const { affected } = await this.transactions.run((tx) =>
      tx.createQueryBuilder().delete().from(GenerationEvent).where('id <= :last', { last: last.id }).execute(),
    );
    return affected ?? 0;
  }
}
