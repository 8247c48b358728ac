import { Inject, Injectable } from '@nestjs/common';
import type { LedgerEntryKind } from '@atelier/contracts';
import { CREDITS_MAX } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/time/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold, type CreditHoldState } from './credit-hold.entity.js';
import {
  AccountFrozenError,
  InsufficientCreditsError,
  InvalidGrantError,
  LedgerContradictionError,
} from './credits.errors.js';
import { LedgerEntry, MOVEMENTS } from './ledger-entry.entity.js';

/** Who caused a movement. */
export interface LedgerActor {
  readonly type: 'user' | 'system';
  readonly id: string;
}

export const SYSTEM_ACTOR: LedgerActor = { type: 'system', id: 'atelier' };

export interface HoldRequest {
  readonly userId: number;
  readonly generationId: string;
  /** Items in ascending order of their index; each gets a hold of its own. */
  readonly itemIds: readonly string[];
  /** Price of one item, in credits. */
  readonly amountEach: number;
  readonly priceVersion: string;
  /** Longest that the credits may stay held, in milliseconds. */
  readonly ttlMs: number;
}

export interface Deposit {
  readonly userId: number;
  /** Names the grant; the same id can't be written twice. */
  readonly grantId: string;
  readonly amount: number;
  readonly reason: string;
  readonly actor: LedgerActor;
}

/** The balance as one movement left it. */
export interface BalanceAfter {
  readonly available: number;
  readonly held: number;
}

/** What became of a hold, and the balance that it left. */
export interface Settlement extends BalanceAfter {
  /** The credits that were taken or given back. */
  readonly amount: number;
}

interface LockedAccount extends BalanceAfter {
  readonly id: string;
  readonly seq: number;
}

type EntryDraft = Pick<LedgerEntry, 'id' | 'amount' | 'holdId' | 'itemId' | 'generationId' | 'imageId' | 'reason'>;

/**
 * Every way that credits move. Each method is a part of the caller's transaction: rows of items and holds first,
 * the account last, so that two transactions never wait for each other in a circle.
 */
@Injectable()
export class CreditLedger {
  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** Opens the account of a new user, empty. */
  async openAccount(tx: EntityManager, userId: number): Promise<void> {
    await tx.insert(CreditAccount, {
      id: newId(this.clock.now()),
      ownerType: 'user',
      ownerId: String(userId),
      status: 'ACTIVE',
    });
  }

  /**
   * Sets the price of every item aside.
   * @throws InsufficientCreditsError, AccountFrozenError; the transaction must be rolled back
   */
  async hold(tx: EntityManager, request: HoldRequest): Promise<BalanceAfter> {
    const now = this.clock.now();
    const account = await this.#accountOf(tx, request.userId);
    const holds = request.itemIds.map((itemId) => ({
      id: newId(now),
      itemId,
      generationId: request.generationId,
      accountId: account.id,
      amount: request.amountEach,
      priceVersion: request.priceVersion,
      state: 'HELD' as const,
      imageId: null,
      createdAt: now,
      resolvedAt: null,
      hardExpiresAt: now + request.ttlMs,
    }));
    await tx.insert(CreditHold, holds);

    const count = holds.length;
    const total = request.amountEach * count;
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditAccount)
      .set({ available: () => 'available - :total', held: () => 'held + :total', seq: () => 'seq + :count' })
      .where(`id = :id AND status = 'ACTIVE' AND available >= :total`, { id: account.id })
      .setParameters({ total, count })
      .execute();
    if (affected !== 1) throw await this.#refusal(tx, account.id, total);

    const after = await this.#locked(tx, account.id);
    const drafts = holds.map((hold) => ({ ...draftOf(hold), id: `${hold.id}.hold` }));
    await this.#write(tx, 'hold', drafts, after, { type: 'user', id: String(request.userId) });
    return after;
  }

  /** Takes the credits that were set aside for an item: its image is stored. */
  async capture(tx: EntityManager, itemId: string, imageId: string): Promise<Settlement> {
    const hold = await this.#resolveHold(tx, itemId, 'CAPTURED', imageId);
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditAccount)
      .set({ held: () => 'held - :amount', consumed: () => 'consumed + :amount', seq: () => 'seq + 1' })
      .where('id = :id AND held >= :amount', { id: hold.accountId })
      .setParameters({ amount: hold.amount })
      .execute();
    if (affected !== 1) throw new LedgerContradictionError(`Account ${hold.accountId} holds less than hold ${hold.id}`);
    return this.#writeResolution(tx, 'capture', hold, null, SYSTEM_ACTOR);
  }

  /** Gives back the credits that were set aside for an item: there will be no image. */
  async release(tx: EntityManager, itemId: string, reason: string, actor: LedgerActor): Promise<Settlement> {
    const hold = await this.#resolveHold(tx, itemId, 'RELEASED', null);
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditAccount)
      .set({ held: () => 'held - :amount', available: () => 'available + :amount', seq: () => 'seq + 1' })
      .where('id = :id AND held >= :amount', { id: hold.accountId })
      .setParameters({ amount: hold.amount })
      .execute();
    if (affected !== 1) throw new LedgerContradictionError(`Account ${hold.accountId} holds less than hold ${hold.id}`);
    return this.#writeResolution(tx, 'release', hold, reason, actor);
  }

  /** Makes other transactions about this user's account wait for the end of this one, without changing it. */
  async lockAccount(tx: EntityManager, userId: number): Promise<void> {
    const { affected } = await tx.update(
      CreditAccount,
      { ownerType: 'user', ownerId: String(userId) },
      { seq: () => 'seq' },
    );
    if (affected !== 1) throw new LedgerContradictionError(`User ${userId} has no credit account`);
  }

  /** Adds credits to an account. */
  async grant(tx: EntityManager, deposit: Deposit): Promise<BalanceAfter> {
    const account = await this.#accountOf(tx, deposit.userId);
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditAccount)
      .set({ granted: () => 'granted + :amount', available: () => 'available + :amount', seq: () => 'seq + 1' })
      .where('id = :id AND granted <= :most', { id: account.id, most: CREDITS_MAX - deposit.amount })
      .setParameters({ amount: deposit.amount })
      .execute();
    if (affected !== 1) throw new InvalidGrantError('An account can hold at most 1,000,000,000,000 credits.');
    return this.#writeDeposit(tx, 'grant', deposit, account.id, deposit.amount);
  }

  /** Takes credits back, down to what is available: credits that are held or used stay as they are. */
  async revoke(tx: EntityManager, deposit: Deposit): Promise<BalanceAfter> {
    // How much is taken depends on what is there: nobody may change that in between.
    await this.lockAccount(tx, deposit.userId);
    const account = await this.#accountOf(tx, deposit.userId);
    const amount = Math.min(deposit.amount, account.available);
    if (amount === 0) throw new InvalidGrantError('There are no available credits to take back.');
    const { affected } = await tx
      .createQueryBuilder()
      .update(CreditAccount)
      .set({ granted: () => 'granted - :amount', available: () => 'available - :amount', seq: () => 'seq + 1' })
      .where('id = :id AND available >= :amount', { id: account.id })
      .setParameters({ amount })
      .execute();
    if (affected !== 1) throw new LedgerContradictionError(`Account ${account.id} has less than it had a moment ago`);
    return this.#writeDeposit(tx, 'revoke', deposit, account.id, amount);
  }

  async #resolveHold(
    tx: EntityManager,
    itemId: string,
    state: Exclude<CreditHoldState, 'HELD'>,
    imageId: string | null,
  ): Promise<CreditHold> {
    const { affected } = await tx.update(
      CreditHold,
      { itemId, state: 'HELD' },
      { state, imageId, resolvedAt: this.clock.now() },
    );
    if (affected !== 1) throw new LedgerContradictionError(`Item ${itemId} has no open hold`);
    return tx.findOneByOrFail(CreditHold, { itemId });
  }

  async #writeResolution(
    tx: EntityManager,
    kind: 'capture' | 'release',
    hold: CreditHold,
    reason: string | null,
    actor: LedgerActor,
  ): Promise<Settlement> {
    const after = await this.#locked(tx, hold.accountId);
    await this.#write(tx, kind, [{ ...draftOf(hold), id: `${hold.id}.${kind}`, reason }], after, actor);
    return { available: after.available, held: after.held, amount: hold.amount };
  }

  async #writeDeposit(
    tx: EntityManager,
    kind: 'grant' | 'revoke',
    { grantId, reason, actor }: Deposit,
    accountId: string,
    amount: number,
  ): Promise<BalanceAfter> {
    const after = await this.#locked(tx, accountId);
    const draft = {
      id: `${grantId}.${kind}`,
      amount,
      holdId: null,
      itemId: null,
      generationId: null,
      imageId: null,
      reason,
    };
    await this.#write(tx, kind, [draft], after, actor);
    return after;
  }

  /** Writes one line per draft; the balance after each is worked back from the balance after the last. */
  async #write(
    tx: EntityManager,
    kind: LedgerEntryKind,
    drafts: readonly EntryDraft[],
    after: LockedAccount,
    actor: LedgerActor,
  ): Promise<void> {
    const createdAt = this.clock.now();
    await tx.insert(
      LedgerEntry,
      drafts.map((draft, index) => {
        const remaining = drafts.slice(index + 1).reduce((sum, { amount }) => sum + amount, 0);
        const isHold = kind === 'hold';
        return {
          ...draft,
          ...MOVEMENTS[kind],
          accountId: after.id,
          seq: after.seq - (drafts.length - 1 - index),
          actorType: actor.type,
          actorId: actor.id,
          availableAfter: isHold ? after.available + remaining : after.available,
          heldAfter: isHold ? after.held - remaining : after.held,
          createdAt,
        };
      }),
    );
  }

  async #accountOf(tx: EntityManager, userId: number): Promise<CreditAccount> {
    const account = await tx.findOneBy(CreditAccount, { ownerType: 'user', ownerId: String(userId) });
    if (!account) throw new LedgerContradictionError(`User ${userId} has no credit account`);
    return account;
  }

  /** Reads the account after our own update: the row is locked, so this is what the transaction will commit. */
  async #locked(tx: EntityManager, accountId: string): Promise<LockedAccount> {
    const { id, available, held, seq } = await tx.findOneByOrFail(CreditAccount, { id: accountId });
    return { id, available, held, seq };
  }

  async #refusal(tx: EntityManager, accountId: string, required: number): Promise<Error> {
    const account = await tx.findOneByOrFail(CreditAccount, { id: accountId });
    return account.status === 'FROZEN'
      ? new AccountFrozenError()
      : new InsufficientCreditsError(required, account.available);
  }
}

function draftOf(hold: Pick<CreditHold, 'id' | 'amount' | 'itemId' | 'generationId' | 'imageId'>): EntryDraft {
  return {
    id: hold.id,
    amount: hold.amount,
    holdId: hold.id,
    itemId: hold.itemId,
    generationId: hold.generationId,
    imageId: hold.imageId,
    reason: null,
  };
}
