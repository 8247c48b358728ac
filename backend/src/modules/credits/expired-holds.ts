import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, LessThanOrEqual } from 'typeorm';
import { Clock } from '../../platform/time/index.js';
import { CreditHold } from './credit-hold.entity.js';
import { CreditLedger, SYSTEM_ACTOR } from './credit-ledger.js';

/** Holds that have outlived the longest time that credits may stay held. */
@Injectable()
export class ExpiredHolds {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Ids of the items that the credits are held for, the longest expired first. */
  async itemIds(limit: number): Promise<string[]> {
    const holds = await this.dataSource.manager.find(CreditHold, {
      select: { itemId: true },
      where: { state: 'HELD', hardExpiresAt: LessThanOrEqual(this.clock.now()) },
      order: { hardExpiresAt: 'ASC', id: 'ASC' },
      take: limit,
    });
    return holds.map(({ itemId }) => itemId);
  }

  /** Gives the credits back. @returns how many; 0 when the hold is no longer open: somebody else was faster */
  async release(tx: EntityManager, itemId: string, reason: string): Promise<number> {
    const now = this.clock.now();
    // Changes nothing, but locks the hold and finds out whether it is still open before the ledger insists on it.
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditHold)
      .set({ resolvedAt: () => 'resolved_at' })
      .where(`item_id = :itemId AND state = 'HELD' AND hard_expires_at <= :now`, { itemId, now })
      .execute();
    if (affected !== 1) return 0;
    const { amount } = await this.ledger.release(tx, itemId, reason, SYSTEM_ACTOR);
    return amount;
  }

  /** Whether credits are still held for an item. */
  async isOpen(tx: EntityManager, itemId: string): Promise<boolean> {
    return tx.existsBy(CreditHold, { itemId, state: 'HELD' });
  }
}
