import { Check, Entity, Index } from 'typeorm';
import { BigintColumn, IdColumn, TextColumn } from '../../platform/database/index.js';

/** `FROZEN`: the audit found a mismatch; no new holds until a person has looked. */
export type CreditAccountStatus = 'ACTIVE' | 'FROZEN';

/** The balance of one owner. Changed by conditional updates in the ledger alone, never by saving an entity. */
@Entity('credit_account')
@Index('uq_credit_account_owner', ['ownerType', 'ownerId'], { unique: true })
@Check('ck_credit_account_never_negative', 'available >= 0 AND held >= 0 AND consumed >= 0')
@Check('ck_credit_account_conserved', 'available + held + consumed = granted')
export class CreditAccount {
  @IdColumn()
  id!: string;

  @TextColumn(8)
  ownerType!: 'user';

  @TextColumn(36)
  ownerId!: string;

  @BigintColumn({ default: 0 })
  granted!: number;

  @BigintColumn({ default: 0 })
  available!: number;

  @BigintColumn({ default: 0 })
  held!: number;

  @BigintColumn({ default: 0 })
  consumed!: number;

  /** Number of the account's latest ledger entry. */
  @BigintColumn({ default: 0 })
  seq!: number;

  @TextColumn(8, { default: 'ACTIVE' })
  status!: CreditAccountStatus;
}
