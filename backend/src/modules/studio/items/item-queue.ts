import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactions, execute } from '../../../platform/database/index.js';
import type { DomainError } from '../../../platform/errors/index.js';
import { Clock } from '../../../platform/time/index.js';
import { CreditLedger, type LedgerActor, SYSTEM_ACTOR } from '../../credits/index.js';
import { GalleryService, type NewImage } from '../../gallery/index.js';
import { type CallEnd, ProviderAttempts } from '../../providers/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationItem } from './generation-item.entity.js';
import type { ClaimedItem } from './item-claims.js';
import { itemFailure } from './item-failure.js';
import { interrupted } from '../studio.errors.js';
import { WorkMetrics } from './work-metrics.js';

type ItemOfClaim = Pick<ClaimedItem, 'id' | 'generationId' | 'userId' | 'fence'>;

/**
 * Settles items that are at work or wait: out of the queue for good, or back into it. Every step is one conditional update
 * that says which state it expects, so that of any number of processes, sweepers and cancels exactly one wins; whoever
 * loses changes nothing.
 */
@Injectable()
export class ItemQueue {
  readonly #logger = new Logger(ItemQueue.name);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(ProviderAttempts) private readonly calls: ProviderAttempts,
    @Inject(GenerationEvents) private readonly events: GenerationEvents,
    @Inject(WorkMetrics) private readonly metrics: WorkMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Records the stored image and takes the credits for it, or does neither.
   * @param call how the provider call ended; recorded in any case, as it is the truth whoever has the item
   * @returns false when the item is no longer ours; the file is then nobody's
   */
  async succeed(item: ClaimedItem, image: NewImage, call?: CallEnd): Promise<boolean> {
    const { id, fence } = item;
    const outcome = await this.transactions.run(async (tx) => {
      if (call) await this.calls.end(tx, call);
      const succeeded = await execute(
        tx,
        `UPDATE generation_item SET state = 'SUCCEEDED', lease_until = 0, completed_at = ?
         WHERE id = ? AND fence = ? AND state = 'RUNNING'`,
        [this.clock.now(), id, fence],
      );
      if (succeeded !== 1) return { isOurs: await this.#isRecorded(tx, id, image.storageKey), captured: undefined };
      const { amount } = await this.ledger.capture(tx, id, image.id);
      await this.gallery.record(tx, image);
      await this.events.record(tx, { change: 'changed', ...item }, id);
      return { isOurs: true, captured: amount };
    });
    if (outcome.captured !== undefined) {
      this.metrics.captured(outcome.captured);
      this.events.announce({ change: 'changed', ...item });
    }
    return outcome.isOurs;
  }

  /** Gives the item up for good and its credits back. @returns false when the item is no longer ours */
  async fail(item: ClaimedItem, error: DomainError, call?: CallEnd): Promise<boolean> {
    return this.#giveUp(item, error, { call });
  }

  /**
   * Puts an item back to be tried again after a pause. Its credits stay held.
   * @returns false when the item is no longer ours, or has no attempt left
   */
  async requeue(item: ClaimedItem, pauseMs: number, call?: CallEnd): Promise<boolean> {
    return this.#queueAgain(item, pauseMs, { call });
  }

  /**
   * Puts an item back that no provider was called for, which was no attempt: this process stops, or the provider rests.
   * @returns false when the item is no longer ours
   */
  async putBack(item: ClaimedItem, pauseMs = 0): Promise<boolean> {
    return this.#queueAgain(item, pauseMs, { isUncounted: true });
  }

  /**
   * Puts an item back for another provider, which has as many attempts as the first one had. Its credits stay held, as
   * many as were quoted.
   * @returns false when the item is no longer ours
   */
  async handOver(item: ClaimedItem, provider: string, call?: CallEnd): Promise<boolean> {
    return this.#queueAgain(item, 0, { call, provider });
  }

  /** Gives an item that waits to another provider. @returns false when it waits no more, or for somebody else */
  async reassign(item: Pick<ClaimedItem, 'id' | 'fence' | 'provider'>, provider: string): Promise<boolean> {
    const { id, fence, provider: former } = item;
    const { affected } = await this.transactions.run((tx) =>
      tx
        .createQueryBuilder()
        .update(GenerationItem)
        .set({ provider, attempts: 0, fallbacks: () => 'fallbacks + 1' })
        .where(`id = :id AND fence = :fence AND state = 'QUEUED' AND provider = :former`, { id, fence, former })
        .execute(),
    );
    return affected === 1;
  }

  async #queueAgain(
    item: ClaimedItem,
    pauseMs: number,
    { call, isUncounted = false, provider }: { call?: CallEnd; isUncounted?: boolean; provider?: string },
  ): Promise<boolean> {
    const { id, fence, userId } = item;
    const isQueued = await this.transactions.run(async (tx) => {
      if (call) await this.calls.end(tx, call);
      const attempts = provider !== undefined ? '0' : isUncounted ? 'attempts - 1' : 'attempts';
      const change = provider === undefined ? {} : { provider, fallbacks: () => 'fallbacks + 1' };
      const { affected } = await tx
        .createQueryBuilder()
        .update(GenerationItem)
        .set({ state: 'QUEUED', leaseUntil: 0, runAt: this.clock.now() + pauseMs, attempts: () => attempts, ...change })
        .where(`id = :id AND fence = :fence AND state = 'RUNNING' AND ${attempts} < max_attempts`, { id, fence })
        .execute();
      if (affected !== 1) return false;
      this.ledger.lockAccount(tx, userId);
      await this.events.record(tx, { change: 'changed', ...item }, id);
      return true;
    });
    if (isQueued) this.events.announce({ change: 'changed', ...item });
    return isQueued;
  }

  /** Cancels whatever of a generation is not finished. @returns the ids of the items that were canceled */
  async cancel(generationId: string, actor: LedgerActor): Promise<string[]> {
    const { canceled, released, userId } = await this.transactions.run(async (tx) => {
      const items = await tx.find(GenerationItem, { where: { generationId }, order: { idx: 'ASC' } });
      const canceled: string[] = [];
      for (const { id } of items) {
        const { affected } = await tx
          .createQueryBuilder()
          .update(GenerationItem)
          .set({ state: 'CANCELED', leaseUntil: 0, completedAt: this.clock.now() })
          .where(`id = :id AND state IN ('QUEUED', 'RUNNING')`, { id })
          .execute();
        if (affected === 1) canceled.push(id);
      }
      let released = 0;
      for (const id of canceled) released += (await this.ledger.release(tx, id, 'Canceled', actor)).amount;
      const userId = items[0]?.userId;
      if (userId !== undefined && canceled.length > 0) {
        await this.events.record(tx, { change: 'changed', userId, generationId });
      }
      return { canceled, released, userId };
    });
    this.metrics.released(released);
    if (userId !== undefined && canceled.length > 0) this.events.announce({ change: 'changed', userId, generationId });
    return canceled;
  }

  /** Gives up the items whose every attempt ended with a lost lease. @returns their ids */
  async giveUpExhausted(limit: number): Promise<string[]> {
    const now = this.clock.now();
    const items = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .where(`item.state = 'RUNNING' AND item.leaseUntil < :now AND item.attempts >= item.maxAttempts`, { now })
      .orderBy('item.leaseUntil', 'ASC')
      .limit(limit)
      .getMany();
    const givenUp: string[] = [];
    for (const item of items) {
      try {
        if (await this.#giveUp(item, interrupted(), { leaseEndedBefore: now })) givenUp.push(item.id);
      } catch (error) {
        // One item that can't be settled must not keep the others from it.
        this.#logger.error({ err: error, itemId: item.id }, 'An item whose attempts are used up could not be given up');
      }
    }
    return givenUp;
  }

  /** @returns false when the item is no longer where it was expected */
  async #giveUp(
    item: ItemOfClaim,
    error: DomainError,
    { leaseEndedBefore, call }: { leaseEndedBefore?: number; call?: CallEnd },
  ): Promise<boolean> {
    const released = await this.transactions.run(async (tx) => {
      if (call) await this.calls.end(tx, call);
      return this.#markFailed(tx, item, error, leaseEndedBefore);
    });
    if (released === undefined) return false;
    this.metrics.released(released);
    this.events.announce({ change: 'changed', userId: item.userId, generationId: item.generationId });
    return true;
  }

  /** @returns the credits that went back, or undefined when the item is no longer where it was expected */
  async #markFailed(
    tx: EntityManager,
    { id, fence, userId, generationId }: ItemOfClaim,
    error: DomainError,
    leaseEndedBefore?: number,
  ): Promise<number | undefined> {
    const update = tx
      .createQueryBuilder()
      .update(GenerationItem)
      .set(itemFailure(error, this.clock.now()))
      .where(`id = :id AND fence = :fence AND state = 'RUNNING'`, { id, fence });
    if (leaseEndedBefore !== undefined) update.andWhere('lease_until < :leaseEndedBefore', { leaseEndedBefore });
    const { affected } = await update.execute();
    if (affected !== 1) return undefined;
    const { amount } = await this.ledger.release(tx, id, error.code, SYSTEM_ACTOR);
    await this.events.record(tx, { change: 'changed', userId, generationId }, id);
    return amount;
  }

  /** Whether a commit whose answer was lost had been ours after all. */
  async #isRecorded(tx: EntityManager, id: string, storageKey: string): Promise<boolean> {
    const images = await this.gallery.findByItems([id], tx);
    return images.some((image) => image.storageKey === storageKey);
  }
}
