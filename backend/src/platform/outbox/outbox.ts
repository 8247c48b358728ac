import { Inject, Injectable } from '@nestjs/common';
import type { WebhookEventType, WebhookMessage } from '@atelier/contracts';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Broadcast } from '../broadcast/index.js';
import { afterCommit, execute } from '../database/index.js';
import { Clock } from '../time/index.js';
import { OutboxMessage } from './outbox-message.entity.js';
import { OutboxSubscription } from './outbox-subscription.entity.js';

const CHANNEL = 'outbox';

type Told<Message> = Message extends { type: WebhookEventType; data: unknown }
  ? Readonly<{ type: Message['type']; data: Message['data'] }>
  : never;

/** What has happened to somebody, as it is told. */
export type OutboxEvent = Readonly<{ userId: number } & Told<WebhookMessage>>;

/** Takes back what somebody was about to take over: another process has taken a part of it. */
export class OutboxTakenError extends Error {
  override readonly name = 'OutboxTakenError';
}

/**
 * What others are to be told of, written in the transaction in which it happens: nothing is told that did not happen,
 * and nothing that happened is forgotten, whenever a process dies. Only what somebody has subscribed to is written.
 */
@Injectable()
export class Outbox {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Broadcast) private readonly broadcast: Broadcast,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Of which of a user's events anybody wants to hear: for most users of none, found out by one look at an index. */
  async awaited(tx: EntityManager, userId: number): Promise<ReadonlySet<WebhookEventType>> {
    const rows = await tx.query<{ type: WebhookEventType }[]>(
      'SELECT event_type AS type FROM outbox_subscription WHERE user_id = ?',
      [userId],
    );
    return new Set(rows.map(({ type }) => type));
  }

  /** Leaves a message for each subscriber of the event. */
  async put(tx: EntityManager, { userId, type, data }: OutboxEvent): Promise<void> {
    const messages = await execute(
      tx,
      `INSERT INTO outbox_message (subscriber_id, user_id, event_type, data, created_at)
       SELECT subscriber_id, user_id, event_type, ?, ? FROM outbox_subscription WHERE user_id = ? AND event_type = ?`,
      [JSON.stringify(data), this.clock.now(), userId, type],
    );
    if (messages > 0) this.announce(tx);
  }

  /** Has a subscriber told of these events from now on, and of no others. */
  async subscribe(
    tx: EntityManager,
    subscriberId: string,
    userId: number,
    types: readonly WebhookEventType[],
  ): Promise<void> {
    await tx.delete(OutboxSubscription, { subscriberId });
    await tx.insert(
      OutboxSubscription,
      types.map((eventType) => ({ subscriberId, userId, eventType })),
    );
  }

  async unsubscribe(tx: EntityManager, subscriberId: string): Promise<void> {
    await tx.delete(OutboxSubscription, { subscriberId });
  }

  /** Has those who take messages look for them when the transaction is committed. */
  announce(tx: EntityManager): void {
    afterCommit(tx, () => this.broadcast.publish(CHANNEL, ''));
  }

  /** @param listener is told in every process; now and then of nothing, and rarely not at all. @returns ends it */
  onMessages(listener: () => void): () => void {
    return this.broadcast.subscribe(CHANNEL, listener);
  }

  /** Whether there is anything to take. */
  async hasMessages(): Promise<boolean> {
    return this.dataSource.manager.exists(OutboxMessage);
  }

  /**
   * Takes the oldest messages out of the box; whoever takes them keeps them in the same transaction.
   * @throws OutboxTakenError when another process was faster; the transaction must be rolled back
   */
  async take(tx: EntityManager, limit: number): Promise<OutboxMessage[]> {
    const messages = await tx.find(OutboxMessage, { order: { id: 'ASC' }, take: limit });
    if (messages.length === 0) return [];
    const { affected } = await tx.delete(OutboxMessage, { id: In(messages.map(({ id }) => id)) });
    if (affected !== messages.length) throw new OutboxTakenError('Another process has taken some of these messages');
    return messages;
  }
}
