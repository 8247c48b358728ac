import type { LedgerEntryKind } from '@atelier/contracts';
import { Check, Entity, Index, PrimaryColumn } from 'typeorm';
import { BigintColumn, InstantColumn, ReferenceColumn, TextColumn } from '../../platform/database/index.js';

/** Where credits come from and go to. `OUTSIDE` is everything that is not an account. */
export type LedgerBucket = 'OUTSIDE' | 'AVAILABLE' | 'HELD' | 'CONSUMED';

interface Movement {
  readonly src: LedgerBucket;
  readonly dst: LedgerBucket;
}

/** Every way that credits may move. */
export const MOVEMENTS: Record<LedgerEntryKind, Movement> = {
  grant: { src: 'OUTSIDE', dst: 'AVAILABLE' },
  revoke: { src: 'AVAILABLE', dst: 'OUTSIDE' },
  hold: { src: 'AVAILABLE', dst: 'HELD' },
  capture: { src: 'HELD', dst: 'CONSUMED' },
  release: { src: 'HELD', dst: 'AVAILABLE' },
};

/** One line of an account's statement. The database refuses to change or delete it. */
@Entity('ledger_entry')
@Index('uq_ledger_entry_seq', ['accountId', 'seq'], { unique: true })
@Index('ix_ledger_entry_movement', ['accountId', 'src', 'dst', 'seq'])
@Check('ck_ledger_entry_amount', 'amount > 0')
export class LedgerEntry {
  /** `<hold>.hold|capture|release` or `<grant>.grant|revoke`: the same movement can't be written twice. */
  @PrimaryColumn({ type: 'varchar', length: 80 })
  id!: string;

  @ReferenceColumn()
  accountId!: string;

  /** Numbers the account's entries without gaps. */
  @BigintColumn()
  seq!: number;

  @TextColumn(10)
  src!: LedgerBucket;

  @TextColumn(10)
  dst!: LedgerBucket;

  @BigintColumn()
  amount!: number;

  @ReferenceColumn({ nullable: true })
  holdId!: string | null;

  @ReferenceColumn({ nullable: true })
  itemId!: string | null;

  @ReferenceColumn({ nullable: true })
  generationId!: string | null;

  @ReferenceColumn({ nullable: true })
  imageId!: string | null;

  @TextColumn(8)
  actorType!: 'user' | 'system';

  @TextColumn(64)
  actorId!: string;

  @TextColumn(200, { nullable: true })
  reason!: string | null;

  @BigintColumn()
  availableAfter!: number;

  @BigintColumn()
  heldAfter!: number;

  @InstantColumn()
  createdAt!: number;
}
