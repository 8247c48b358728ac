import { Entity, Index } from 'typeorm';
import { BigintColumn, IdColumn, InstantColumn, LongTextColumn } from '../../platform/database/index.js';

/** What one check of the whole ledger found. Rows are kept for a month. */
@Entity('ledger_audit')
export class LedgerAuditRow {
  @IdColumn()
  id!: string;

  @InstantColumn()
  @Index('ix_ledger_audit_verified')
  verifiedAt!: number;

  @BigintColumn()
  accountsChecked!: number;

  @BigintColumn()
  entriesChecked!: number;

  @BigintColumn()
  mismatchCount!: number;

  /** The first of them as JSON. */
  @LongTextColumn()
  mismatches!: string;
}
