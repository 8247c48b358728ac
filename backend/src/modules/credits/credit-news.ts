import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { carryOut } from '../../platform/database/index.js';
import { Outbox } from '../../platform/outbox/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { LedgerContradictionError } from './credits.errors.js';

/** Tells programs of an account's credits, for those who want to know: for all others this is one look at an index. */
@Injectable()
export class CreditNews {
  constructor(
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'awaited' | 'put'>,
    @Inject(StudioSettingsService) private readonly settings: Pick<StudioSettingsService, 'current'>,
  ) {}

  /** To be called after credits were added. */
  async granted(tx: EntityManager, { userId, grantId, amount }: { userId: number; grantId: string; amount: number }) {
    if (!(await this.outbox.awaited(tx, userId)).has('credits.granted')) return;
    const available = await availableTo(tx, userId);
    const data = { user_id: userId, grant_id: grantId, amount, available };
    await this.outbox.put(tx, { userId, type: 'credits.granted', data });
  }

  /** Whether anybody wants to hear of it when credits become few. Best asked before the account is locked. */
  async isWatched(tx: EntityManager, userId: number): Promise<boolean> {
    const awaited = await this.outbox.awaited(tx, userId);
    return awaited.has('credits.low') || awaited.has('credits.exhausted');
  }

  /**
   * To be called after credits of a watched account were set aside or taken back. Each line that is crossed on the way
   * down is told of once, until credits have risen above it again.
   */
  async lessened(tx: EntityManager, userId: number, amount: number): Promise<void> {
    const available = await availableTo(tx, userId);
    const { creditsLowThreshold, prices } = await this.settings.current(tx);
    const hasFallenBelow = (line: number): boolean => available < line && available + amount >= line;
    const data = { user_id: userId, available };
    if (hasFallenBelow(creditsLowThreshold)) {
      await this.outbox.put(tx, { userId, type: 'credits.low', data: { ...data, threshold: creditsLowThreshold } });
    }
    const cheapest = Math.min(...Object.values(prices).map(({ credits }) => credits));
    if (hasFallenBelow(cheapest)) {
      await this.outbox.put(tx, { userId, type: 'credits.exhausted', data: { ...data, cheapest_image: cheapest } });
    }
  }
}

/** What this transaction leaves. From here on the account is locked. */
async function availableTo(tx: EntityManager, userId: number): Promise<number> {
  await carryOut(tx);
  const account = await tx.findOneBy(CreditAccount, { ownerType: 'user', ownerId: String(userId) });
  if (!account) throw new LedgerContradictionError(`User ${userId} has no credit account`);
  return account.available;
}
