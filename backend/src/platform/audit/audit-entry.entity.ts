import type { AUDIT_RESULTS, AuditAction, AuditTargetType } from '@atelier/contracts';
import { Check, Entity, Index, PrimaryColumn } from 'typeorm';
import {
  BigintColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  TextColumn,
  safeInteger,
} from '../database/index.js';

/** One line of the audit log. Triggers refuse to change or delete it. */
@Entity('audit_entry')
@Index('ix_audit_entry_actor', ['actorId', 'sequence'])
@Index('ix_audit_entry_api_key', ['apiKeyId', 'sequence'])
@Index('ix_audit_entry_action', ['action', 'sequence'])
@Index('ix_audit_entry_target', ['targetType', 'targetId', 'sequence'])
@Index('ix_audit_entry_address', ['address', 'sequence'])
@Index('ix_audit_entry_result', ['result', 'sequence'])
@Index('ix_audit_entry_at', ['at'])
@Check('ck_audit_entry_result', `result IN ('success', 'refused')`)
export class AuditEntryRow {
  /** Counts up without a gap, in the order of the commits. */
  @PrimaryColumn({ type: 'bigint', transformer: safeInteger })
  sequence!: number;

  @InstantColumn()
  at!: number;

  @IntegerColumn({ nullable: true })
  actorId!: number | null;

  @TextColumn(100, { nullable: true })
  actorName!: string | null;

  @TextColumn(12, { nullable: true })
  apiKeyId!: string | null;

  @TextColumn(40)
  action!: AuditAction;

  @TextColumn(20, { nullable: true })
  targetType!: AuditTargetType | null;

  @TextColumn(64, { nullable: true })
  targetId!: string | null;

  /** What the target was called then. */
  @TextColumn(100, { nullable: true })
  targetName!: string | null;

  /** JSON. */
  @LongTextColumn({ nullable: true })
  before!: string | null;

  /** JSON. */
  @LongTextColumn({ nullable: true })
  after!: string | null;

  @TextColumn(8)
  result!: (typeof AUDIT_RESULTS)[number];

  @LongTextColumn({ nullable: true })
  detail!: string | null;

  @TextColumn(64, { nullable: true })
  address!: string | null;

  /** What sent the request, as it calls itself. */
  @TextColumn(300, { nullable: true })
  userAgent!: string | null;

  @TextColumn(64, { nullable: true })
  requestId!: string | null;

  @TextColumn(64)
  hash!: string;
}

/** The end of the chain. Its one row is what those who write line up for. */
@Entity('audit_head')
export class AuditHead {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @BigintColumn()
  sequence!: number;

  @TextColumn(64)
  hash!: string;
}
