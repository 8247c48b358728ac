import { Inject, Injectable } from '@nestjs/common';
import type { LedgerAuditReport } from '@atelier/contracts';
import { toInstant } from '../../platform/time/index.js';
import { FrozenAccounts } from './frozen-accounts.js';
import { LedgerAuditRecords, type RecordedAudit } from './ledger-audit-records.js';
import { LedgerAuditor } from './ledger-auditor.js';

/** What administrators are told about the ledger. */
@Injectable()
export class LedgerVerification {
  constructor(
    @Inject(LedgerAuditor) private readonly auditor: LedgerAuditor,
    @Inject(LedgerAuditRecords) private readonly records: LedgerAuditRecords,
    @Inject(FrozenAccounts) private readonly frozenAccounts: FrozenAccounts,
  ) {}

  /** The latest check of any process; the first is made when nobody has made one yet. */
  async latest(): Promise<LedgerAuditReport> {
    return this.#report((await this.records.latest()) ?? (await this.auditor.audit()));
  }

  /** Checks every account now. */
  async verify(): Promise<LedgerAuditReport> {
    return this.#report(await this.auditor.audit());
  }

  async #report(audit: RecordedAudit): Promise<LedgerAuditReport> {
    return {
      verified_at: toInstant(audit.verifiedAt),
      accounts_checked: audit.accountsChecked,
      entries_checked: audit.entriesChecked,
      mismatch_count: audit.mismatchCount,
      mismatches: [...audit.mismatches],
      frozen_accounts: await this.frozenAccounts.list(),
    };
  }
}
