import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AccountStanding, FrozenAccount } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../platform/audit/index.js';
import { Transactions } from '../../platform/database/index.js';
import { type Actor, UsersService } from '../auth/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { AccountContradictoryError } from './credits.errors.js';
import { LedgerAudit } from './ledger-audit.js';

/** Accounts that the audit has frozen, and their way back. */
@Injectable()
export class FrozenAccounts {
  readonly #logger = new Logger(FrozenAccounts.name);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(LedgerAudit) private readonly ledgerAudit: LedgerAudit,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  async list(): Promise<FrozenAccount[]> {
    const accounts = await this.dataSource.manager.find(CreditAccount, {
      where: { ownerType: 'user', status: 'FROZEN' },
    });
    const users = await this.users.findMany(accounts.map(({ ownerId }) => Number(ownerId)));
    return users.map(({ id, name, email }) => ({ user_id: id, name, email })).sort((a, b) => a.user_id - b.user_id);
  }

  /**
   * Lets an account hold credits again. One that is not frozen stays as it is.
   * @throws AccountContradictoryError while its balance does not follow from its entries; `users.not_found`
   */
  async release(actor: Actor, userId: number): Promise<AccountStanding> {
    await this.users.find(userId);
    const owner = { ownerType: 'user', ownerId: String(userId) } as const;
    const { id } = await this.dataSource.manager.findOneByOrFail(CreditAccount, owner);
    const findings = await this.ledgerAudit.findingsOf(id);
    if (findings.length > 0) throw new AccountContradictoryError(findings);
    const isReleased = await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(CreditAccount, { ...owner, status: 'FROZEN' }, { status: 'ACTIVE' });
      if (affected !== 1) return false;
      await this.audit.record(tx, {
        ...{ actor, action: 'credits.release_account', target: { type: 'credit_account', id: userId } },
        ...{ before: { status: 'FROZEN' }, after: { status: 'ACTIVE' } },
      });
      return true;
    });
    if (isReleased) this.#logger.warn({ userId, releasedBy: actor.id }, 'A frozen account was released');
    return { user_id: userId, is_frozen: false };
  }
}
