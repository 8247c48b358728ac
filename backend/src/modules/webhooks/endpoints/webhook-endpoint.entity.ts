import type { Webhook } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  IdColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  TextColumn,
} from '../../../platform/database/index.js';

/** Where somebody is told of events, and how that has been going. */
@Entity('webhook_endpoint')
@Index('ix_webhook_endpoint_user', ['userId', 'id'])
@Check('ck_webhook_endpoint_disabled', '(enabled = 1) = (disabled_reason IS NULL)')
@Check('ck_webhook_endpoint_sealed', '(secret_sealed IS NULL) = (secret_key_version IS NULL)')
@Check('ck_webhook_endpoint_previous', '(previous_secret_sealed IS NULL) = (previous_key_version IS NULL)')
export class WebhookEndpoint {
  @IdColumn()
  id!: string;

  @IntegerColumn()
  userId!: number;

  @TextColumn(2_000)
  url!: string;

  @TextColumn(200)
  description!: string;

  /** Types of events, separated by spaces. */
  @TextColumn(400)
  events!: string;

  /** 1 when it is told of events. */
  @IntegerColumn()
  enabled!: number;

  @TextColumn(10, { nullable: true })
  disabledReason!: Webhook['disabled_reason'];

  /** Null only after the master key was lost; then nothing can be sent until the secret is rotated. */
  @LongTextColumn({ nullable: true })
  secretSealed!: string | null;

  @TextColumn(16, { nullable: true })
  secretKeyVersion!: string | null;

  @TextColumn(4, { nullable: true })
  secretLast4!: string | null;

  /** The secret before the last rotation, which signs as well until then. */
  @LongTextColumn({ nullable: true })
  previousSecretSealed!: string | null;

  @TextColumn(16, { nullable: true })
  previousKeyVersion!: string | null;

  @InstantColumn({ nullable: true })
  previousValidUntil!: number | null;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn()
  updatedAt!: number;

  @InstantColumn({ nullable: true })
  lastAttemptAt!: number | null;

  @TextColumn(10, { nullable: true })
  lastAttemptStatus!: 'delivered' | 'failed' | null;

  /** Since when no attempt has succeeded; null when the latest has, or there was none. */
  @InstantColumn({ nullable: true })
  failingSince!: number | null;
}
