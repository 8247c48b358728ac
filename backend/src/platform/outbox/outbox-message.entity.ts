import type { WebhookEventType } from '@atelier/contracts';
import { Entity } from 'typeorm';
import {
  InstantColumn,
  IntegerColumn,
  LongTextColumn,
  NumberedBigIdColumn,
  ReferenceColumn,
  TextColumn,
} from '../database/index.js';

/** What one subscriber is to be told of one event; gone as soon as the subscriber has taken it over. */
@Entity('outbox_message')
export class OutboxMessage {
  @NumberedBigIdColumn()
  id!: number;

  @ReferenceColumn()
  subscriberId!: string;

  /** Whose event it is. */
  @IntegerColumn()
  userId!: number;

  @TextColumn(40)
  eventType!: WebhookEventType;

  /** JSON: ids and numbers. */
  @LongTextColumn()
  data!: string;

  /** When it happened. */
  @InstantColumn()
  createdAt!: number;
}
