import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { atLast, carryOut, execute } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { type EntryDraft, type LedgerActor, accountById, accountOfUser, moveCredits } from './account-movement.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditNews } from './credit-news.js';
import type { CreditHoldState } from './credit-hold.entity.js';
import {
  AccountFrozenError,
  InsufficientCreditsError,
  InvalidGrantError,
  LedgerContradictionError,
} from './credits.errors.js';

export type { LedgerActor } from './account-movement.js';

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

/** What became of a hold. */
export interface Settlement {
  /** The credits that were taken or given back. */
  readonly amount: number;
}

interface SettlementRequest {
  readonly itemId: string;
  readonly imageId: string | null;
  readonly reason: string | null;
  readonly actor: LedgerActor;
}

const SETTLED: Record<'capture' | 'release', Exclude<CreditHoldState, 'HELD'>> = {
  capture: 'CAPTURED',
  release: 'RELEASED',
};

const HOLD_COLUMNS =
  'id, item_id, generation_id, account_id, amount, price_version, state, created_at, hard_expires_at';
const HOLD_VALUES = `?, ?, ?, id, ?, ?, 'HELD', ?, ?`;

/**
 * Every way that credits move. Each method is a part of the caller's transaction: rows of items and holds first, the
 * account last, so that two transactions never wait for each other in a circle. What a hold, its resolution or a lock
 * does to the account is left for the end of the transaction, and refused there; {@link carryOut} does it at once for
 * whoever needs it before.
 */
@Injectable()
export class CreditLedger {
  constructor(
    @Inject(Clock) private readonly clock: Clock,
    @Inject(CreditNews) private readonly news: Pick<CreditNews, 'granted' | 'isWatched' | 'lessened'>,
  ) {}

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
  async hold(tx: EntityManager, request: HoldRequest): Promise<void> {
    const { userId, generationId, itemIds, amountEach, priceVersion, ttlMs } = request;
    const isWatched = await this.news.isWatched(tx, userId);
    const now = this.clock.now();
    const account = accountOfUser(userId);
    const holds = itemIds.map((itemId) => ({ holdId: newId(now), itemId, generationId }));
    const line = `SELECT ${HOLD_VALUES} FROM credit_account WHERE ${account.condition}`;
    await execute(
      tx,
      `INSERT INTO credit_hold (${HOLD_COLUMNS}) ${holds.map(() => line).join(' UNION ALL ')}`,
      holds.flatMap(({ holdId, itemId }) => [
        ...[holdId, itemId, generationId, amountEach, priceVersion, now, now + ttlMs],
        ...account.parameters,
      ]),
    );
    const entries = holds.map((hold) => draftOf(`${hold.holdId}.hold`, amountEach, hold));
    const actor: LedgerActor = { type: 'user', id: String(userId) };
    moveCredits(tx, account, { kind: 'hold', entries, actor, now }, () =>
      this.#refusal(tx, userId, amountEach * holds.length),
    );
    if (isWatched) await this.news.lessened(tx, userId, amountEach * holds.length);
  }

  /** Takes the credits that were set aside for an item: its image is stored. */
  async capture(tx: EntityManager, itemId: string, imageId: string): Promise<Settlement> {
    return this.#settle(tx, 'capture', { itemId, imageId, reason: null, actor: SYSTEM_ACTOR });
  }

  /** Gives back the credits that were set aside for an item: there will be no image. */
  async release(tx: EntityManager, itemId: string, reason: string, actor: LedgerActor): Promise<Settlement> {
    return this.#settle(tx, 'release', { itemId, imageId: null, reason, actor });
  }

  /** Makes other transactions about this user's account wait for the end of this one, without changing it. */
  lockAccount(tx: EntityManager, userId: number): void {
    const { condition, parameters } = accountOfUser(userId);
    const refused = async (): Promise<Error> => noAccount(userId);
    atLast(tx, { sql: `UPDATE credit_account SET seq = seq WHERE ${condition}`, parameters, refused });
  }

  /** Adds credits to an account. */
  async grant(tx: EntityManager, deposit: Deposit): Promise<void> {
    await this.#accountOf(tx, deposit.userId);
    const tooMuch = new InvalidGrantError('An account can hold at most 1,000,000,000,000 credits.');
    await this.#deposit(tx, 'grant', deposit, tooMuch);
    await this.news.granted(tx, deposit);
  }

  /** Takes credits back, down to what is available: credits that are held or used stay as they are. */
  async revoke(tx: EntityManager, deposit: Deposit): Promise<void> {
    const isWatched = await this.news.isWatched(tx, deposit.userId);
    // How much is taken depends on what is there: nobody may change that in between.
    this.lockAccount(tx, deposit.userId);
    await carryOut(tx);
    const account = await this.#accountOf(tx, deposit.userId);
    const amount = Math.min(deposit.amount, account.available);
    if (amount === 0) throw new InvalidGrantError('There are no available credits to take back.');
    const contradiction = new LedgerContradictionError(`Account ${account.id} has less than it had a moment ago`);
    await this.#deposit(tx, 'revoke', { ...deposit, amount }, contradiction);
    if (isWatched) await this.news.lessened(tx, deposit.userId, amount);
  }

  async #settle(
    tx: EntityManager,
    kind: 'capture' | 'release',
    { itemId, imageId, reason, actor }: SettlementRequest,
  ): Promise<Settlement> {
    const now = this.clock.now();
    const settled = await execute(
      tx,
      `UPDATE credit_hold SET state = ?, image_id = ?, resolved_at = ? WHERE item_id = ? AND state = 'HELD'`,
      [SETTLED[kind], imageId, now, itemId],
    );
    // Nothing of what is read here ever changes.
    const [hold] = await tx.query<{ id: string; account_id: string; generation_id: string; amount: number | string }[]>(
      'SELECT id, account_id, generation_id, amount FROM credit_hold WHERE item_id = ?',
      [itemId],
    );
    if (settled !== 1 || !hold) throw new LedgerContradictionError(`Item ${itemId} has no open hold`);
    const amount = Number(hold.amount);
    const entry = draftOf(`${hold.id}.${kind}`, amount, {
      ...{ holdId: hold.id, itemId, generationId: hold.generation_id },
      ...{ imageId, reason },
    });
    moveCredits(
      tx,
      accountById(hold.account_id),
      { kind, entries: [entry], actor, now },
      async () => new LedgerContradictionError(`Account ${hold.account_id} holds less than hold ${hold.id}`),
    );
    return { amount };
  }

  /** Not left for the end: the entry in the audit log, which everybody else's waits for, comes after it. */
  async #deposit(tx: EntityManager, kind: 'grant' | 'revoke', deposit: Deposit, refusal: Error): Promise<void> {
    const { userId, grantId, amount, reason, actor } = deposit;
    const entries = [draftOf(`${grantId}.${kind}`, amount, { reason })];
    const movement = { kind, entries, actor, now: this.clock.now() };
    moveCredits(tx, accountOfUser(userId), movement, async () => refusal);
    await carryOut(tx);
  }

  async #accountOf(tx: EntityManager, userId: number): Promise<CreditAccount> {
    const account = await tx.findOneBy(CreditAccount, { ownerType: 'user', ownerId: String(userId) });
    if (!account) throw noAccount(userId);
    return account;
  }

  async #refusal(tx: EntityManager, userId: number, required: number): Promise<Error> {
    const { status, available } = await this.#accountOf(tx, userId);
    return status === 'FROZEN' ? new AccountFrozenError() : new InsufficientCreditsError(required, available);
  }
}

const noAccount = (userId: number): Error => new LedgerContradictionError(`User ${userId} has no credit account`);

/** A line about nothing but what it is told. */
function draftOf(id: string, amount: number, about: Partial<EntryDraft>): EntryDraft {
  return { holdId: null, itemId: null, generationId: null, imageId: null, reason: null, ...about, id, amount };
}
