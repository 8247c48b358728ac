import type { DeliveredEventType, DeliveryStatus } from '@atelier/contracts';
import { Check, Entity, Index } from 'typeorm';
import {
  IdColumn,
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  ReferenceColumn,
  TextColumn,
} from '../../../platform/database/index.js';

/** One message to one endpoint. */
@Entity('webhook_delivery')
@Index('ix_webhook_delivery_due', ['status', 'endpointId', 'nextAttemptAt'])
@Index('ix_webhook_delivery_newest', ['endpointId', 'id'])
@Index('ix_webhook_delivery_newest_of_status', ['endpointId', 'status', 'id'])
@Index('ix_webhook_delivery_age', ['createdAt'])
@Check('ck_webhook_delivery_status', `status IN ('pending', 'delivered', 'failed')`)
@Check('ck_webhook_delivery_delivered', `(status = 'delivered') = (delivered_at IS NOT NULL)`)
export class WebhookDelivery {
  /** What the receiver reads as `webhook-id`, the same with every attempt. */
  @IdColumn()
  id!: string;

  @ReferenceColumn()
  endpointId!: string;

  @TextColumn(40)
  eventType!: DeliveredEventType;

  /** The very bytes that are signed and sent. */
  @LongTextColumn()
  body!: string;

  @TextColumn(10)
  status!: DeliveryStatus;

  /** Counted when one begins: an attempt whose end nobody recorded was one. */
  @IntegerColumn()
  attempts!: number;

  /** Counts the claims: only whoever has made the latest may record how its attempt ended. */
  @IntegerColumn()
  fence!: number;

  @InstantColumn()
  nextAttemptAt!: number;

  @InstantColumn()
  leaseUntil!: number;

  @InstantColumn()
  createdAt!: number;

  @InstantColumn({ nullable: true })
  deliveredAt!: number | null;

  /** 1 for what the test button sends: tried once, whether or not the endpoint is enabled. */
  @IntegerColumn()
  isTest!: number;

  @ReferenceColumn({ nullable: true })
  replayOf!: string | null;
}
