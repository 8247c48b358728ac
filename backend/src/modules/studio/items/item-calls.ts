import { Inject, Injectable } from '@nestjs/common';
import type { ImageAttempt, Tier } from '@atelier/contracts';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Transactions, execute } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ProviderAttempts } from '../../providers/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemLostError } from './item-lost-error.js';
import { type ClaimedItem, LEASE_MS } from './item-claims.js';

/** A claim entitles to one call. As claims are counted and bounded, so are the calls. */
const ONLY_CALL = 1;

/** A call that is on record. */
export interface RecordedCall {
  readonly id: string;
  /** Of the work that it goes on with, which an earlier call for the item has left at the vendor. */
  readonly handle: string | undefined;
}

/** The calls to providers that items lead to. */
@Injectable()
export class ItemCalls {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(ProviderAttempts) private readonly attempts: ProviderAttempts,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Records that the provider is about to be called for an item, and begins its lease anew.
   * @throws ItemLostError when the item is no longer ours: then nobody may be called for it
   * @throws QueryFailedError when the claim's call was made before
   */
  async begin(item: ClaimedItem, tier: Tier): Promise<RecordedCall> {
    return this.transactions.run(async (tx) => {
      if (!(await this.#renewLease(tx, item))) throw new ItemLostError();
      return this.record(tx, item, tier);
    });
  }

  /**
   * Records a call that is made once the transaction has been committed, which has claimed the item or found it ours.
   * @throws QueryFailedError when the claim's call was made before
   */
  async record(tx: EntityManager, { id: itemId, fence, provider }: ClaimedItem, tier: Tier): Promise<RecordedCall> {
    const earlier = isFirst(fence) ? undefined : await this.attempts.findResumable(tx, itemId, provider);
    const handle = earlier?.handle;
    const id = await this.attempts.start(tx, { itemId, fence, ordinal: ONLY_CALL, provider, tier, handle });
    return { id, handle };
  }

  /**
   * Records that the vendor has accepted the work of a call, for whoever claims the item after us. Begins our lease anew.
   * @param handle null: the work that the call was to go on with is gone
   * @returns false when the item is no longer ours; then nobody will go on with the work
   */
  async accepted(item: ClaimedItem, callId: string, handle: string | null): Promise<boolean> {
    return this.transactions.run(
      async (tx) => (await this.#renewLease(tx, item)) && (await this.attempts.accept(tx, callId, handle)),
    );
  }

  /**
   * Closes the records of calls whose end nobody will tell: their item is not at work under that claim any more, or
   * its lease has run out.
   * @param limit open calls to look at, the oldest first
   */
  async closeDeserted(limit: number): Promise<number> {
    const open = await this.attempts.listOpen(limit);
    if (open.length === 0) return 0;
    const now = this.clock.now();
    const items = await this.dataSource.manager.find(GenerationItem, {
      select: { id: true, fence: true, leaseUntil: true },
      where: { id: In(open.map(({ itemId }) => itemId)), state: 'RUNNING' },
    });
    const fences = new Map(items.filter((item) => item.leaseUntil >= now).map(({ id, fence }) => [id, fence]));
    const deserted = open.filter(({ itemId, fence }) => fences.get(itemId) !== fence);
    return this.attempts.markUnknown(deserted.map(({ id }) => id));
  }

  /** What had been tried for an item before this claim of it, in order. */
  async earlier({ id, fence }: Pick<ClaimedItem, 'id' | 'fence'>): Promise<ImageAttempt[]> {
    if (isFirst(fence)) return [];
    const calls = await this.attempts.listVain(id);
    return calls.map(({ provider, category }) => ({ provider, outcome: category ?? 'unknown' }));
  }

  /** How often providers have been called for a generation. */
  async count(generationId: string): Promise<number> {
    return this.attempts.count('SELECT id FROM generation_item WHERE generation_id = ?', [generationId]);
  }

  /** @returns false when the item is no longer ours */
  async #renewLease(tx: EntityManager, { id, fence }: ClaimedItem): Promise<boolean> {
    const kept = await execute(
      tx,
      `UPDATE generation_item SET lease_until = ? WHERE id = ? AND fence = ? AND state = 'RUNNING'`,
      [this.clock.now() + LEASE_MS, id, fence],
    );
    return kept === 1;
  }
}

/** The very first claim. Its number goes on when another provider takes over, that of the attempt begins anew. */
function isFirst(fence: number): boolean {
  return fence === 1;
}
