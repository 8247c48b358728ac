import type { WebhookEventType } from '@atelier/contracts';
import { Entity, Index, PrimaryColumn } from 'typeorm';

/** Who is to be told of which events of whom. */
@Entity('outbox_subscription')
@Index('ix_outbox_subscription_subscriber', ['subscriberId'])
export class OutboxSubscription {
  @PrimaryColumn({ type: 'int' })
  userId!: number;

  @PrimaryColumn({ type: 'varchar', length: 40 })
  eventType!: WebhookEventType;

  @PrimaryColumn({ type: 'varchar', length: 36 })
  subscriberId!: string;
}
