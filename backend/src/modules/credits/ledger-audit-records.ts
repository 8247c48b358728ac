import { Inject, Injectable } from '@nestjs/common';
import { LISTED_MISMATCHES_MAX, LedgerMismatch } from '@atelier/contracts';
import { DataSource, LessThan } from 'typeorm';
import * as z from 'zod';
import { newId } from '../../platform/crypto/index.js';
import { Transactions } from '../../platform/database/index.js';
import type { LedgerFindings } from './ledger-audit.js';
import { LedgerAuditRow } from './ledger-audit.entity.js';

const RETENTION_MS = 30 * 24 * 60 * 60 * 1_000;

const Mismatches = z.array(LedgerMismatch);

/** A check as it was recorded; of many mismatches only the first are kept. */
export interface RecordedAudit extends LedgerFindings {
  readonly mismatchCount: number;
}

/** Keeps what the checks of the ledger found where every process can read it. */
@Injectable()
export class LedgerAuditRecords {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  async record({ verifiedAt, accountsChecked, entriesChecked, mismatches }: LedgerFindings): Promise<RecordedAudit> {
    const listed = mismatches.slice(0, LISTED_MISMATCHES_MAX);
    await this.transactions.run(async (tx) => {
      await tx.insert(LedgerAuditRow, {
        id: newId(verifiedAt),
        verifiedAt,
        accountsChecked,
        entriesChecked,
        mismatchCount: mismatches.length,
        mismatches: JSON.stringify(listed),
      });
      await tx.delete(LedgerAuditRow, { verifiedAt: LessThan(verifiedAt - RETENTION_MS) });
    });
    return { verifiedAt, accountsChecked, entriesChecked, mismatchCount: mismatches.length, mismatches: listed };
  }

  /** The latest check of any process; undefined before the first. */
  async latest(): Promise<RecordedAudit | undefined> {
    const [row] = await this.dataSource.manager.find(LedgerAuditRow, {
      order: { verifiedAt: 'DESC', id: 'DESC' },
      take: 1,
    });
    if (!row) return undefined;
    const { verifiedAt, accountsChecked, entriesChecked, mismatchCount } = row;
    const mismatches = Mismatches.parse(JSON.parse(row.mismatches));
    return { verifiedAt, accountsChecked, entriesChecked, mismatchCount, mismatches };
  }
}
