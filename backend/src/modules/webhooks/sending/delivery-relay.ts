import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Outbox, type OutboxMessage, OutboxTakenError } from '../../../platform/outbox/index.js';
import { bodyOf, newDelivery } from '../deliveries/new-delivery.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

/** Messages that one transaction takes over at most. */
const BATCH = 100;

/**
 * Makes deliveries of what lies in the outbox. Taking a message out and giving its delivery an id is one transaction, so
 * a message has exactly one id, whichever process does it and whenever it dies.
 */
@Injectable()
export class DeliveryRelay {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  async relay(): Promise<void> {
    while (await this.outbox.hasMessages()) {
      try {
        await this.transactions.run((tx) => this.#take(tx));
      } catch (error) {
        // Another process is at it; what it leaves is looked at again.
        if (!(error instanceof OutboxTakenError)) throw error;
      }
    }
  }

  async #take(tx: EntityManager): Promise<void> {
    const messages = await this.outbox.take(tx, BATCH);
    if (messages.length === 0) return;
    const ids = [...new Set(messages.map(({ subscriberId }) => subscriberId))];
    const endpoints = await tx.find(WebhookEndpoint, { select: { id: true }, where: { id: In(ids), enabled: 1 } });
    const wanted = new Set(endpoints.map(({ id }) => id));
    const deliveries = messages.filter(({ subscriberId }) => wanted.has(subscriberId)).map(deliveryOf);
    if (deliveries.length > 0) await tx.insert(WebhookDelivery, deliveries);
  }
}

function deliveryOf({ subscriberId, eventType, data, createdAt }: OutboxMessage): WebhookDelivery {
  // As it was written, maybe by an earlier release: the types of those who write say what it may be.
  const body = bodyOf(eventType, createdAt, JSON.parse(data));
  return newDelivery(createdAt, { endpointId: subscriberId, eventType, body });
}
