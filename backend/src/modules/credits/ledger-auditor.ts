import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { Transactions } from '../../platform/database/index.js';
import { RepeatedTask } from '../../platform/time/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { LedgerAudit } from './ledger-audit.js';
import { LedgerAuditRecords, type RecordedAudit } from './ledger-audit-records.js';

const EVERY_MS = 10 * 60 * 1_000;

/** The start of the process is busy enough. */
const FIRST_AFTER_MS = 5_000;

/**
 * Has the ledger audited all the time, and freezes the accounts that do not add up until a person has looked: no new
 * holds, while those that are open are still resolved. A mistake is never corrected here.
 */
@Injectable()
export class LedgerAuditor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(LedgerAuditor.name);
  readonly #repeated = new RepeatedTask((signal) => this.#auditQuietly(signal), EVERY_MS);

  constructor(
    @Inject(LedgerAudit) private readonly ledgerAudit: LedgerAudit,
    @Inject(LedgerAuditRecords) private readonly records: LedgerAuditRecords,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'duties'>,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.duties.works) this.#repeated.start(FIRST_AFTER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#repeated.stop();
  }

  /** Audits every account now, and records what it found once the accounts that do not add up are frozen. */
  async audit(signal?: AbortSignal): Promise<RecordedAudit> {
    const findings = await this.ledgerAudit.run(signal);
    for (const [userId, mismatches] of Map.groupBy(findings.mismatches, ({ user_id }) => user_id)) {
      if (!(await this.#freeze(userId))) continue;
      this.#logger.error(
        { userId, findings: mismatches.map(({ finding }) => finding) },
        "An account does not follow from its entries and is frozen; it needs a person's attention",
      );
    }
    return this.records.record(findings);
  }

  /** @returns false when the account was frozen already */
  async #freeze(userId: number): Promise<boolean> {
    const { affected } = await this.transactions.run((tx) =>
      tx.update(CreditAccount, { ownerType: 'user', ownerId: String(userId), status: 'ACTIVE' }, { status: 'FROZEN' }),
    );
    return affected === 1;
  }

  async #auditQuietly(signal: AbortSignal): Promise<void> {
    try {
      await this.audit(signal);
    } catch (error) {
      if (!signal.aborted) this.#logger.error({ err: error }, 'The ledger could not be audited; trying again soon');
    }
  }
}
