import { Entity, Index } from 'typeorm';
import {
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  NumberedBigIdColumn,
  ReferenceColumn,
  TextColumn,
} from '../../../platform/database/index.js';

/** How an attempt to deliver a message ended. */
@Entity('webhook_attempt')
@Index('ix_webhook_attempt_delivery', ['deliveryId', 'id'])
export class WebhookAttempt {
  @NumberedBigIdColumn()
  id!: number;

  @ReferenceColumn()
  deliveryId!: string;

  /** When it began; also what was signed as `webhook-timestamp`. */
  @InstantColumn()
  at!: number;

  @IntegerColumn()
  durationMs!: number;

  /** As it was sent. */
  @TextColumn(200)
  signature!: string;

  /** Null: there was no answer. */
  @IntegerColumn({ nullable: true })
  statusCode!: number | null;

  @TextColumn(200, { nullable: true })
  error!: string | null;

  @LongTextColumn({ nullable: true })
  responseExcerpt!: string | null;
}
