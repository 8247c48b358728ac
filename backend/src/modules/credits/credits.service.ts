import { Inject, Injectable } from '@nestjs/common';
import type { Balance, Grant, GrantRequest, LedgerEntryPage, LedgerEntryQuery } from '@atelier/contracts';
import { DataSource, type EntityManager, In, LessThan } from 'typeorm';
import { AuditLog } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { findRows } from '../../platform/database/index.js';
import { IdempotencyKeys, type KeyedRequest } from '../../platform/idempotency/index.js';
import { Clock } from '../../platform/time/index.js';
import { type Actor, UsersService } from '../auth/index.js';
import { accountOfUser } from './account-movement.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditLedger, type Deposit } from './credit-ledger.js';
import { LedgerContradictionError } from './credits.errors.js';
import { toLedgerEntry } from './ledger-entry-view.js';
import { LedgerEntry, MOVEMENTS } from './ledger-entry.entity.js';

export interface GrantOutcome {
  readonly grant: Grant;
  /** Whether the same request had been carried out before. */
  readonly isReplay: boolean;
}

/** BIGINT arrives as a string from MySQL. */
type BalanceRow = Readonly<Record<keyof Balance, number | string>>;

/** Balances, statements and grants. */
@Injectable()
export class CreditsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys,
    @Inject(CreditLedger) private readonly ledger: CreditLedger,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Written out, since nothing is asked for more often. */
  async balanceOf(userId: number): Promise<Balance> {
    const { condition, parameters } = accountOfUser(userId);
    const [account] = await this.dataSource.query<BalanceRow[]>(
      `SELECT available, held, consumed, granted FROM credit_account WHERE ${condition}`,
      [...parameters],
    );
    if (!account) throw new LedgerContradictionError(`User ${userId} has no credit account`);
    const { available, held, consumed, granted } = account;
    return { available: Number(available), held: Number(held), consumed: Number(consumed), granted: Number(granted) };
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
    const deposit: Deposit = {
      userId: request.user_id,
      grantId: newId(this.clock.now()),
      amount: Math.abs(request.amount),
      reason: request.reason,
      actor: { type: 'user', id: String(actor.id) },
    };
    const keyed = idempotencyKey === undefined ? undefined : keyedGrant(actor, request, idempotencyKey);
    const { resultId, isReplay } = await this.keys.runOnce(keyed, `${deposit.grantId}.${kind}`, async (tx) => {
      await this.ledger[kind](tx, deposit);
      await this.audit.record(tx, {
        ...{ actor, action: `credits.${kind}`, target: { type: 'credit_account', id: deposit.userId } },
        ...{ after: { grant_id: deposit.grantId, amount: deposit.amount }, detail: deposit.reason },
      });
    });
    const entry = await this.dataSource.manager.findOneByOrFail(LedgerEntry, { id: resultId });
    return {
      grant: { id: entry.id, balance: { available: entry.availableAfter, held: entry.heldAfter } },
      isReplay,
    };
  }

  async #accountOf(userId: number, manager: EntityManager = this.dataSource.manager): Promise<CreditAccount> {
    const ofUser = `WHERE owner_type = 'user' AND owner_id = ?`;
    const [account] = await findRows(manager, CreditAccount, ofUser, [String(userId)]);
    if (!account) throw new LedgerContradictionError(`User ${userId} has no credit account`);
    return account;
  }
}

function keyedGrant(actor: Actor, body: GrantRequest, key: string): KeyedRequest {
  return { principal: `user:${actor.id}`, route: 'POST /api/v1/admin/credits/grants', key, body };
}
