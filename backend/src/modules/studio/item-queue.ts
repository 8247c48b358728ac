import { hostname } from 'node:os';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactions } from '../../platform/database/index.js';
import type { DomainError } from '../../platform/errors/index.js';
import { Clock } from '../../platform/time/index.js';
import { CreditLedger, type LedgerActor, SYSTEM_ACTOR } from '../credits/index.js';
import { GalleryService, type NewImage } from '../gallery/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { itemFailure } from './item-failure.js';
import { interrupted } from './studio.errors.js';

/** How long a claim holds without a heartbeat. */
export const LEASE_MS = 60_000;

/** An item that this process has claimed. */
export interface ClaimedItem {
  readonly id: string;
  readonly generationId: string;
  readonly provider: string;
  readonly fence: number;
}

/**
 * The items' way through their states. Every step is one conditional update that says which state it expects, so that
 * of any number of processes, sweepers and cancels exactly one wins; whoever loses changes nothing.
 */
@Injectable()
export class ItemQueue {
  readonly #logger = new Logger(ItemQueue.name);
  readonly #owner = `${hostname().slice(0, 40)}-${process.pid}`;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Ids of items that may be claimed now, the longest waiting first. */
  async due(limit: number): Promise<string[]> {
    const now = this.clock.now();
    const rows = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .select('item.id', 'id')
      .where(`item.state = 'QUEUED' AND item.runAt <= :now`, { now })
      .orWhere(`item.state = 'RUNNING' AND item.leaseUntil < :now AND item.attempts < item.maxAttempts`, { now })
      .orderBy('item.runAt', 'ASC')
      .addOrderBy('item.id', 'ASC')
      .limit(limit)
      .getRawMany<{ id: string }>();
    return rows.map(({ id }) => id);
  }

  /** @returns the item, or undefined when somebody else was faster */
  async claim(id: string): Promise<ClaimedItem | undefined> {
    const now = this.clock.now();
    return this.transactions.run(async (tx) => {
      const { affected } = await tx
        .createQueryBuilder()
        .update(GenerationItem)
        .set({
          state: 'RUNNING',
          fence: () => 'fence + 1',
          attempts: () => 'attempts + 1',
          leaseOwner: this.#owner,
          leaseUntil: now + LEASE_MS,
          startedAt: () => `COALESCE(started_at, ${now})`,
        })
        .where(
          `id = :id AND attempts < max_attempts AND
           ((state = 'QUEUED' AND run_at <= :now) OR (state = 'RUNNING' AND lease_until < :now))`,
          { id, now },
        )
        .execute();
      if (affected !== 1) return undefined;
      const { generationId, provider, fence } = await tx.findOneByOrFail(GenerationItem, { id });
      return { id, generationId, provider, fence };
    });
  }

  /** @returns false when the item is no longer ours and the work must stop */
  async heartbeat({ id, fence }: ClaimedItem): Promise<boolean> {
    const leaseUntil = this.clock.now() + LEASE_MS;
    const { affected } = await this.transactions.run((tx) =>
      tx.update(GenerationItem, { id, fence, state: 'RUNNING' }, { leaseUntil }),
    );
    return affected === 1;
  }

  /**
   * Records the stored image and takes the credits for it, or does neither.
   * @returns false when the item is no longer ours; the file is then nobody's
   */
  async succeed({ id, fence }: ClaimedItem, image: NewImage): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const { affected } = await tx.update(
        GenerationItem,
        { id, fence, state: 'RUNNING' },
        { state: 'SUCCEEDED', leaseUntil: 0, completedAt: this.clock.now() },
      );
      if (affected !== 1) return this.#isRecorded(tx, id, image.storageKey);
      await this.gallery.record(tx, image);
      await this.ledger.capture(tx, id, image.id);
      return true;
    });
  }

  /** Gives the item up for good and its credits back. @returns false when the item is no longer ours */
  async fail({ id, fence }: ClaimedItem, error: DomainError): Promise<boolean> {
    return this.transactions.run((tx) => this.#giveUp(tx, { id, fence }, error));
  }

  /** Puts an unfinished item back, without counting the attempt: this process stops. */
  async putBack({ id, fence }: ClaimedItem): Promise<void> {
    await this.transactions.run((tx) =>
      tx.update(
        GenerationItem,
        { id, fence, state: 'RUNNING' },
        { state: 'QUEUED', leaseUntil: 0, runAt: this.clock.now(), attempts: () => 'attempts - 1' },
      ),
    );
  }

  /** Cancels whatever of a generation is not finished. @returns the ids of the items that were canceled */
  async cancel(generationId: string, actor: LedgerActor): Promise<string[]> {
    return this.transactions.run(async (tx) => {
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
      for (const id of canceled) await this.ledger.release(tx, id, 'Canceled', actor);
      return canceled;
    });
  }

  /** Gives up the items whose every attempt ended with a lost lease. @returns the ids of their generations */
  async giveUpExhausted(limit: number): Promise<string[]> {
    const now = this.clock.now();
    const items = await this.dataSource.manager
      .createQueryBuilder(GenerationItem, 'item')
      .where(`item.state = 'RUNNING' AND item.leaseUntil < :now AND item.attempts >= item.maxAttempts`, { now })
      .orderBy('item.leaseUntil', 'ASC')
      .limit(limit)
      .getMany();
    const givenUp: string[] = [];
    for (const { id, fence, generationId } of items) {
      try {
        const isGivenUp = await this.transactions.run((tx) => this.#giveUp(tx, { id, fence }, interrupted(), now));
        if (isGivenUp) givenUp.push(generationId);
      } catch (error) {
        // One item that can't be settled must not keep the others from it.
        this.#logger.error({ err: error, itemId: id }, 'An item whose attempts are used up could not be given up');
      }
    }
    return givenUp;
  }

  /** Ends every lease. Only for a process that knows itself to be the only one: nobody else can be at work. */
  async endAllLeases(): Promise<void> {
    await this.transactions.run((tx) => tx.update(GenerationItem, { state: 'RUNNING' }, { leaseUntil: 0 }));
  }

  async #giveUp(
    tx: EntityManager,
    { id, fence }: Pick<ClaimedItem, 'id' | 'fence'>,
    error: DomainError,
    leaseEndedBefore?: number,
  ): Promise<boolean> {
    const update = tx
      .createQueryBuilder()
      .update(GenerationItem)
      .set(itemFailure(error, this.clock.now()))
      .where(`id = :id AND fence = :fence AND state = 'RUNNING'`, { id, fence });
    if (leaseEndedBefore !== undefined) update.andWhere('lease_until < :leaseEndedBefore', { leaseEndedBefore });
    const { affected } = await update.execute();
    if (affected !== 1) return false;
    await this.ledger.release(tx, id, error.code, SYSTEM_ACTOR);
    return true;
  }

  /** Whether a commit whose answer was lost had been ours after all. */
  async #isRecorded(tx: EntityManager, id: string, storageKey: string): Promise<boolean> {
    const images = await this.gallery.findByItems([id], tx);
    return images.some((image) => image.storageKey === storageKey);
  }
}
