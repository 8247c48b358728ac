import { hostname } from 'node:os';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Tier } from '@atelier/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import type { DomainError } from '../../../platform/errors/index.js';
import { Clock } from '../../../platform/time/index.js';
import { CreditLedger, type LedgerActor, SYSTEM_ACTOR } from '../../credits/index.js';
import { GalleryService, type NewImage } from '../../gallery/index.js';
import { type CallEnd, ProviderAttempts, ProviderBreaker } from '../../providers/index.js';
import { type ItemInTurn, countAtWork, itemsInTurn } from '../queue/fair-share.js';
import { ProviderSlots } from '../queue/provider-slots.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationItem } from './generation-item.entity.js';
import { GenerationRow } from '../generation.entity.js';
import { itemFailure } from './item-failure.js';
import { MAX_AT_WORK_PER_USER } from '../queue/queue-limits.js';
import { interrupted } from '../studio.errors.js';
import { WorkMetrics } from './work-metrics.js';

/** How long a claim holds without a heartbeat. */
export const LEASE_MS = 60_000;

/** An item that this process has claimed. */
export interface ClaimedItem {
  readonly id: string;
  readonly generationId: string;
  readonly userId: number;
  readonly provider: string;
  readonly fence: number;
  /** Which of the attempts that the item may have this is, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

type ItemOfClaim = Pick<ClaimedItem, 'id' | 'generationId' | 'userId' | 'fence'>;

/** Rolls back a claim that came while its user or its provider had enough items at work. */
class BeyondShareError extends Error {
  override readonly name = 'BeyondShareError';
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
    @Inject(ProviderAttempts) private readonly calls: ProviderAttempts,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderSlots) private readonly slots: ProviderSlots,
    @Inject(GenerationEvents) private readonly events: GenerationEvents,
    @Inject(WorkMetrics) private readonly metrics: WorkMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Ids of items that may be claimed now, interleaved by user so that nobody waits behind another's batch. Those whose
   * provider is left alone or has enough to do are passed over, so that the others have their turns.
   */
  async due(limit: number): Promise<string[]> {
    const { manager } = this.dataSource;
    const now = this.clock.now();
    const passedOver = [...(await this.breaker.resting()).keys()];
    const due = new Set<string>();
    for (;;) {
      const items = await itemsInTurn(manager, now, limit, passedOver);
      const free = await this.slots.free(manager, items, now);
      for (const id of withinSlots(items, free)) due.add(id);
      const full = [...free].filter(([, slots]) => slots < 0).map(([provider]) => provider);
      if (full.length === 0) return [...due].slice(0, limit);
      passedOver.push(...full);
    }
  }

  /** What was asked for with an item; undefined when there is no such item. */
  async tierOf(id: string): Promise<Tier | undefined> {
    const generation = await this.dataSource.manager
      .createQueryBuilder(GenerationRow, 'generation')
      .select('generation.tier', 'tier')
      .innerJoin(GenerationItem, 'item', 'item.generationId = generation.id')
      .where('item.id = :id', { id })
      .getRawOne<{ tier: Tier }>();
    return generation?.tier;
  }

  /** @returns the item, or undefined when somebody else was faster or its user or its provider has enough items at work */
  async claim(id: string): Promise<ClaimedItem | undefined> {
    try {
      const item = await this.#claim(id);
      if (item) this.events.announce({ change: 'claimed', ...item });
      return item;
    } catch (error) {
      if (error instanceof BeyondShareError) return undefined;
      throw error;
    }
  }

  async #claim(id: string): Promise<ClaimedItem | undefined> {
    const limits = await this.slots.limits();
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
          startedAt: () => 'COALESCE(started_at, :now)',
        })
        .where(
          `id = :id AND attempts < max_attempts AND
           ((state = 'QUEUED' AND run_at <= :now) OR (state = 'RUNNING' AND lease_until < :now))`,
          { id, now },
        )
        .execute();
      if (affected !== 1) return undefined;
      const item = await tx.findOneByOrFail(GenerationItem, { id });
      const { generationId, userId, provider, fence, attempts: attempt, maxAttempts } = item;
      if (!(await this.slots.hasSlot(tx, provider, limits.get(provider), now))) throw new BeyondShareError();
      // One claim of a user after the other: each counts what the others before it have committed, and itself.
      await this.ledger.lockAccount(tx, userId);
      if ((await countAtWork(tx, userId, now)) > MAX_AT_WORK_PER_USER) throw new BeyondShareError();
      await this.events.record(tx, { change: 'claimed', userId, generationId }, id);
      return { id, generationId, userId, provider, fence, attempt, maxAttempts };
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
   * @param call how the provider call ended; recorded in any case, as it is the truth whoever has the item
   * @returns false when the item is no longer ours; the file is then nobody's
   */
  async succeed(item: ClaimedItem, image: NewImage, call?: CallEnd): Promise<boolean> {
    const { id, fence } = item;
    const outcome = await this.transactions.run(async (tx) => {
      if (call) await this.calls.end(tx, call);
      const { affected } = await tx.update(
        GenerationItem,
        { id, fence, state: 'RUNNING' },
        { state: 'SUCCEEDED', leaseUntil: 0, completedAt: this.clock.now() },
      );
      if (affected !== 1) return { isOurs: await this.#isRecorded(tx, id, image.storageKey), captured: undefined };
      await this.gallery.record(tx, image);
      const { amount } = await this.ledger.capture(tx, id, image.id);
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
      await this.ledger.lockAccount(tx, userId);
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
    for (const item of items) {
      try {
        if (await this.#giveUp(item, interrupted(), { leaseEndedBefore: now })) givenUp.push(item.generationId);
      } catch (error) {
        // One item that can't be settled must not keep the others from it.
        this.#logger.error({ err: error, itemId: item.id }, 'An item whose attempts are used up could not be given up');
      }
    }
    return givenUp;
  }

  /** Ends every lease. Only for a process that knows itself to be the only one: nobody else can be at work. */
  async endAllLeases(): Promise<void> {
    await this.transactions.run((tx) => tx.update(GenerationItem, { state: 'RUNNING' }, { leaseUntil: 0 }));
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

/** As many of the items as their providers have slots for; what is left of those is less than none where some wait. */
function withinSlots(items: readonly ItemInTurn[], free: Map<string, number>): string[] {
  return items.flatMap(({ id, provider }) => {
    const slots = free.get(provider);
    if (slots === undefined) return [id];
    free.set(provider, slots - 1);
    return slots > 0 ? [id] : [];
  });
}
