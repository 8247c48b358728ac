import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ExpiredHolds } from '../../credits/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import type { GenerationNews } from '../events/generation-news.js';
import { itemFailure } from '../items/item-failure.js';
import { interrupted } from '../studio.errors.js';
import { WorkMetrics } from '../items/work-metrics.js';

/** Items whose credits have been held for as long as they may be, whatever has become of the work. */
@Injectable()
export class OverdueItems {
  readonly #logger = new Logger(OverdueItems.name);

  constructor(
    @Inject(ExpiredHolds) private readonly expiredHolds: ExpiredHolds,
    @Inject(GenerationEvents) private readonly events: GenerationEvents,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(WorkMetrics) private readonly metrics: WorkMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Gives overdue items up and their credits back. @returns the ids of those whose credits went back */
  async giveUp(limit: number): Promise<string[]> {
    const givenUp: string[] = [];
    for (const itemId of await this.expiredHolds.itemIds(limit)) {
      try {
        const { released, news } = await this.transactions.run((tx) => this.#giveUpOne(tx, itemId));
        this.metrics.released(released);
        if (news) this.events.announce(news);
        if (released > 0) givenUp.push(itemId);
      } catch (error) {
        // One hold that can't be resolved must not keep the others from it.
        this.#logger.error({ err: error, itemId }, 'An overdue item could not be given up');
      }
    }
    return givenUp;
  }

  /** @returns the credits that went back: 0 when the hold was resolved by somebody else */
  async #giveUpOne(tx: EntityManager, itemId: string): Promise<{ released: number; news?: GenerationNews }> {
    const error = interrupted();
    const { affected } = await tx
      .createQueryBuilder()
      .update(GenerationItem)
      .set(itemFailure(error, this.clock.now()))
      .where(`id = :itemId AND state IN ('QUEUED', 'RUNNING')`, { itemId })
      .execute();
    if (affected !== 1 && (await tx.existsBy(GenerationItem, { id: itemId, state: 'SUCCEEDED' }))) {
      if (await this.expiredHolds.isOpen(tx, itemId)) throw new Error('The item has its image, yet its hold is open');
      return { released: 0 };
    }
    // Also for an item that failed, or is gone, without its hold: nothing may keep credits for ever.
    const released = await this.expiredHolds.release(tx, itemId, error.code);
    if (affected !== 1) return { released };
    if (released === 0) throw new Error('The item was open, yet its hold is not');
    const { userId, generationId } = await tx.findOneByOrFail(GenerationItem, { id: itemId });
    const news = { change: 'changed', userId, generationId } as const;
    await this.events.record(tx, news, itemId);
    return { released, news };
  }
}
