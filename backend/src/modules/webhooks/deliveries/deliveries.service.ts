import { Inject, Injectable } from '@nestjs/common';
import {
  type Delivery,
  type DeliveryDetail,
  type DeliveryPage,
  type DeliveryQuery,
  WEBHOOK_TEST_EVENT,
} from '@atelier/contracts';
import { DataSource, LessThan } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Outbox } from '../../../platform/outbox/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { Actor } from '../../auth/index.js';
import { WebhooksService } from '../endpoints/webhooks.service.js';
import { deliveryNotFound, webhookDisabled } from '../webhooks.errors.js';
import { deliveryDetail, deliveryView } from './delivery-view.js';
import { bodyOf, newDelivery } from './new-delivery.js';
import { ResendThrottle } from './resend-throttle.js';
import { WebhookAttempt } from './webhook-attempt.entity.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** What an endpoint was told, and what it is to be told once more. */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(WebhooksService) private readonly webhooks: WebhooksService,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(ResendThrottle) private readonly throttle: ResendThrottle,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async list(actor: Actor, webhookId: string, { limit, cursor, status }: DeliveryQuery): Promise<DeliveryPage> {
    const { id: endpointId } = await this.webhooks.find(actor, webhookId);
    const rows = await this.dataSource.manager.find(WebhookDelivery, {
      where: {
        endpointId,
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { id: LessThan(cursor) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    return {
      data: page.map(deliveryView),
      has_more: hasMore,
      next_cursor: hasMore ? (page.at(-1)?.id ?? null) : null,
    };
  }

  /** @throws DomainError `webhooks.not_found`, `webhooks.delivery_not_found` */
  async get(actor: Actor, webhookId: string, id: string): Promise<DeliveryDetail> {
    const endpoint = await this.webhooks.find(actor, webhookId);
    const delivery = await this.#find(endpoint.id, id);
    const attempts = await this.dataSource.manager.find(WebhookAttempt, {
      where: { deliveryId: id },
      order: { id: 'ASC' },
    });
    return deliveryDetail(delivery, attempts, endpoint);
  }

  /** Sends something that no event is behind, once, also to an endpoint that is switched off. */
  async test(actor: Actor, webhookId: string): Promise<Delivery> {
    const { id: endpointId } = await this.webhooks.find(actor, webhookId);
    const nowMs = this.clock.now();
    const eventType = WEBHOOK_TEST_EVENT;
    const body = bodyOf(eventType, nowMs, { webhook_id: endpointId });
    return this.#send(actor, newDelivery(nowMs, { endpointId, eventType, body, isTest: 1 }));
  }

  /**
   * Sends the body of a delivery again, as a message of its own.
   * @throws DomainError `webhooks.disabled`
   */
  async replay(actor: Actor, webhookId: string, id: string): Promise<Delivery> {
    const endpoint = await this.webhooks.find(actor, webhookId);
    const { eventType, body, isTest } = await this.#find(endpoint.id, id);
    if (endpoint.enabled === 0 && isTest === 0) throw webhookDisabled();
    const again = { endpointId: endpoint.id, eventType, body, isTest, replayOf: id };
    return this.#send(actor, newDelivery(this.clock.now(), again));
  }

  async #send(actor: Actor, delivery: WebhookDelivery): Promise<Delivery> {
    await this.throttle.admit(actor);
    await this.transactions.run(async (tx) => {
      await tx.insert(WebhookDelivery, delivery);
      this.outbox.announce(tx);
    });
    return deliveryView(delivery);
  }

  async #find(endpointId: string, id: string): Promise<WebhookDelivery> {
    const delivery = await this.dataSource.manager.findOneBy(WebhookDelivery, { id, endpointId });
    if (!delivery) throw deliveryNotFound();
    return delivery;
  }
}
