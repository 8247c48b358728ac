import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactions, execute, findPairs } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { CreditLedger } from '../../credits/index.js';
import { ProviderBreaker } from '../../providers/index.js';
import { type ItemInTurn, itemsInTurn, limitAtWork } from '../queue/fair-share.js';
import { ProviderSlots } from '../queue/provider-slots.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationRow } from '../generation.entity.js';
import { GenerationItem } from './generation-item.entity.js';

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

type WhenTaken = (tx: EntityManager, item: ClaimedItem, generation: GenerationRow) => Promise<void>;

/** Rolls back a claim that came while its user or its provider had enough items at work. */
class BeyondShareError extends Error {
  override readonly name = 'BeyondShareError';
}

/**
 * How items come to work: whose turn it is, and to whom an item belongs. Every step is one conditional update that says
 * which state it expects, so that of any number of processes exactly one wins; whoever loses changes nothing.
 */
@Injectable()
export class ItemClaims {
  readonly #owner = `${hostname().slice(0, 40)}-${process.pid}`;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderSlots) private readonly slots: ProviderSlots,
    @Inject(GenerationEvents) private readonly events: GenerationEvents,
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

  /**
   * @param whenTaken a part of the claim's transaction, which may run more than once and is rolled back with it
   * @returns the item, or undefined when somebody else was faster or its user or its provider has enough items at work
   */
  async claim(id: string, whenTaken?: WhenTaken): Promise<ClaimedItem | undefined> {
    try {
      const item = await this.#claim(id, whenTaken);
      if (item) this.events.announce({ change: 'claimed', ...item });
      return item;
    } catch (error) {
      if (error instanceof BeyondShareError) return undefined;
      throw error;
    }
  }

  async #claim(id: string, whenTaken?: WhenTaken): Promise<ClaimedItem | undefined> {
    const limits = await this.slots.limits();
    const now = this.clock.now();
    return this.transactions.run(async (tx) => {
      // Written out, as everything that is done for every image: the query builder takes longer than the statement.
      const claimed = await execute(
        tx,
        `UPDATE generation_item SET state = 'RUNNING', fence = fence + 1, attempts = attempts + 1, lease_owner = ?,
           lease_until = ?, started_at = COALESCE(started_at, ?)
         WHERE id = ? AND attempts < max_attempts AND
           ((state = 'QUEUED' AND run_at <= ?) OR (state = 'RUNNING' AND lease_until < ?))`,
        [this.#owner, now + LEASE_MS, now, id, now, now],
      );
      if (claimed !== 1) return undefined;
      const [taken] = await findPairs(
        tx,
        [GenerationItem, 'item'],
        [GenerationRow, 'generation'],
        'INNER JOIN generation ON generation.id = item.generation_id WHERE item.id = ?',
        [id],
      );
      if (!taken) throw new Error('An item that was just claimed is not there');
      const [{ generationId, userId, provider, fence, attempts: attempt, maxAttempts }, generation] = taken;
      const item: ClaimedItem = { id, generationId, userId, provider, fence, attempt, maxAttempts };
      // New rows before the rows that others wait for.
      await whenTaken?.(tx, item, generation);
      if (!(await this.slots.hasSlot(tx, provider, limits.get(provider), now))) throw new BeyondShareError();
      // One claim of a user after the other: each counts what the others before it have committed, and itself.
      this.ledger.lockAccount(tx, userId);
      limitAtWork(tx, { itemId: id, userId, now, exceeded: () => new BeyondShareError() });
      await this.events.record(tx, { change: 'claimed', userId, generationId }, id);
      return item;
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

  /** Ends every lease. Only for a process that knows itself to be the only one: nobody else can be at work. */
  async endAllLeases(): Promise<void> {
    await this.transactions.run((tx) => tx.update(GenerationItem, { state: 'RUNNING' }, { leaseUntil: 0 }));
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
