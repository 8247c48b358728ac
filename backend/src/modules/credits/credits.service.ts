import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Balance, Grant, GrantRequest, LedgerEntryPage, LedgerEntryQuery } from '@atelier/contracts';
import { DataSource, type EntityManager, In, LessThan } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';
import { Transactions, isUniqueViolation } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { type Actor, UsersService } from '../auth/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditLedger, type Deposit } from './credit-ledger.js';
import { InvalidGrantError, LedgerContradictionError } from './credits.errors.js';
import { toLedgerEntry } from './ledger-entry-view.js';
import { LedgerEntry, MOVEMENTS } from './ledger-entry.entity.js';

export interface GrantOutcome {
  readonly grant: Grant;
  /** Whether the same request had been carried out before. */
  readonly isReplay: boolean;
}

/** Balances, statements and grants. */
@Injectable()
export class CreditsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async balanceOf(userId: number): Promise<Balance> {
    const { available, held, consumed, granted } = await this.#accountOf(userId);
    return { available, held, consumed, granted };
  }

  /** Balances by user id. */
  async balancesOf(userIds: readonly number[]): Promise<ReadonlyMap<number, Balance>> {
    const accounts = await this.dataSource.manager.findBy(CreditAccount, {
      ownerType: 'user',
      ownerId: In(userIds.map(String)),
    });
    return new Map(
      accounts.map(({ ownerId, available, held, consumed, granted }) => [
        Number(ownerId),
        { available, held, consumed, granted },
      ]),
    );
  }

  /** The user's statement, newest first. */
  async entriesOf(userId: number, { limit, cursor, kind }: LedgerEntryQuery): Promise<LedgerEntryPage> {
    const account = await this.#accountOf(userId);
    const rows = await this.dataSource.manager.find(LedgerEntry, {
      where: {
        accountId: account.id,
        ...(cursor === undefined ? {} : { seq: LessThan(cursor) }),
        ...(kind === undefined ? {} : MOVEMENTS[kind]),
      },
      order: { seq: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    return {
      data: page.map(toLedgerEntry),
      has_more: hasMore,
      next_cursor: hasMore ? String(page.at(-1)?.seq) : null,
    };
  }

  /**
   * Grants credits to a user, or revokes them when the amount is negative.
   * @param idempotencyKey repeats of the same request under the same key are carried out once
   * @throws InvalidGrantError, `users.not_found`
   */
  async grant(actor: Actor, request: GrantRequest, idempotencyKey?: string): Promise<GrantOutcome> {
    await this.users.find(request.user_id);
    const kind = request.amount > 0 ? 'grant' : 'revoke';
    const grantId = idempotencyKey === undefined ? newId(this.clock.now()) : keyedGrantId(actor, idempotencyKey);
    const deposit: Deposit = {
      userId: request.user_id,
      grantId,
      amount: Math.abs(request.amount),
      reason: request.reason,
      actor: { type: 'user', id: String(actor.id) },
    };
    const earlier = await this.#earlierGrant(deposit, kind);
    if (earlier) return { grant: earlier, isReplay: true };
    try {
      const { available, held } = await this.transactions.run((tx) => this.ledger[kind](tx, deposit));
      return { grant: { id: `${grantId}.${kind}`, balance: { available, held } }, isReplay: false };
    } catch (error) {
      // Two requests under one key ran at the same time, and the other one was first.
      const winner = isUniqueViolation(error) ? await this.#earlierGrant(deposit, kind) : undefined;
      if (!winner) throw error;
      return { grant: winner, isReplay: true };
    }
  }

  async #earlierGrant(deposit: Deposit, kind: 'grant' | 'revoke'): Promise<Grant | undefined> {
    const ids = [`${deposit.grantId}.grant`, `${deposit.grantId}.revoke`];
    const entry = await this.dataSource.manager.findOneBy(LedgerEntry, { id: In(ids) });
    if (!entry) return undefined;
    const account = await this.#accountOf(deposit.userId);
    // A revocation stops at what is available, so the entry may say less than the request did.
    const isSameAmount = kind === 'grant' ? entry.amount === deposit.amount : entry.amount <= deposit.amount;
    if (
      entry.accountId !== account.id ||
      !entry.id.endsWith(kind) ||
      entry.reason !== deposit.reason ||
      !isSameAmount
    ) {
      throw new InvalidGrantError('This Idempotency-Key was used for another grant. Nothing was changed.');
    }
    return { id: entry.id, balance: { available: entry.availableAfter, held: entry.heldAfter } };
  }

  async #accountOf(userId: number, manager: EntityManager = this.dataSource.manager): Promise<CreditAccount> {
    const account = await manager.findOneBy(CreditAccount, { ownerType: 'user', ownerId: String(userId) });
    if (!account) throw new LedgerContradictionError(`User ${userId} has no credit account`);
    return account;
  }
}

/** The key is hashed: it may hold anything, and databases differ in which texts they call equal. */
function keyedGrantId(actor: Actor, idempotencyKey: string): string {
  return createHash('sha256').update(`grant\n${actor.id}\n${idempotencyKey}`).digest('hex');
}
