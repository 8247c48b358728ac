import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../../platform/audit/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Outbox } from '../../../platform/outbox/index.js';
import { Clock, toInstant } from '../../../platform/time/index.js';
import { giveUpPending } from '../deliveries/give-up.js';
import { WebhookAttempt } from '../deliveries/webhook-attempt.entity.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { auditTargetOf } from '../endpoints/webhook-audit-target.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import type { ClaimedDelivery } from './delivery-queue.js';
import type { AttemptEnd } from './delivery-sender.js';
import { pauseAfter } from './retry-schedule.js';

/** After so long without a success an endpoint is switched off. */
export const FAILING_MAX_MS = 3 * 24 * 60 * 60 * 1_000;

/** Rolls back what was to be said of a message that somebody else has claimed meanwhile. */
class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
}

type Outcome = 'delivered' | 'failed' | 'retried' | 'lost';

/** Writes down how attempts ended, and what follows from that. */
@Injectable()
export class DeliveryResults {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async record({ delivery }: ClaimedDelivery, end: AttemptEnd): Promise<Outcome> {
    try {
      return await this.transactions.run((tx) => this.#record(tx, delivery, end));
    } catch (error) {
      if (error instanceof ClaimLostError) return 'lost';
      throw error;
    }
  }

  async #record(tx: EntityManager, claimed: WebhookDelivery, end: AttemptEnd): Promise<Outcome> {
    const { id, fence } = claimed;
    // Whoever switches the endpoint off takes the same way: the endpoint first, then its messages.
    await noteAttempt(tx, claimed, end);
    const { affected } = await tx.update(WebhookDelivery, { id, fence }, { leaseUntil: 0 });
    if (affected !== 1) throw new ClaimLostError();
    const delivery = await tx.findOneByOrFail(WebhookDelivery, { id });
    await tx.insert(WebhookAttempt, { ...end.attempt, deliveryId: id });
    if (end.isDelivered) {
      await tx.update(WebhookDelivery, { id }, { status: 'delivered', deliveredAt: this.clock.now() });
      return 'delivered';
    }
    const outcome = await this.#tryAgainLater(tx, delivery, end);
    if (delivery.isTest === 0) await this.#switchOffIfDead(tx, delivery.endpointId, end);
    return outcome;
  }

  async #tryAgainLater(
    tx: EntityManager,
    { id, status, attempts, isTest }: WebhookDelivery,
    { retryAfterMs, isGone }: AttemptEnd,
  ): Promise<Outcome> {
    // Given up while it was on its way.
    if (status !== 'pending') return 'failed';
    const pauseMs = isTest === 1 || isGone ? undefined : pauseAfter(attempts, retryAfterMs);
    if (pauseMs === undefined) {
      await tx.update(WebhookDelivery, { id }, { status: 'failed' });
      return 'failed';
    }
    await tx.update(WebhookDelivery, { id }, { nextAttemptAt: this.clock.now() + pauseMs });
    return 'retried';
  }

  async #switchOffIfDead(tx: EntityManager, endpointId: string, { attempt, isGone }: AttemptEnd): Promise<void> {
    const endpoint = await tx.findOneBy(WebhookEndpoint, { id: endpointId, enabled: 1 });
    const since = endpoint?.failingSince ?? attempt.at;
    if (!endpoint || (!isGone && attempt.at - since < FAILING_MAX_MS)) return;
    const change = { enabled: 0, disabledReason: 'failing', updatedAt: this.clock.now() } as const;
    await tx.update(WebhookEndpoint, { id: endpointId }, change);
    await this.outbox.unsubscribe(tx, endpointId);
    await giveUpPending(tx, endpointId);
    await this.audit.record(tx, {
      ...{ actor: null, action: 'webhook.disable', target: auditTargetOf(endpoint) },
      before: { enabled: true },
      after: { enabled: false, disabled_reason: 'failing', user_id: endpoint.userId },
      detail: isGone ? 'The receiver answered 410 Gone.' : `Nothing has arrived since ${toInstant(since)}.`,
    });
  }
}

/** How the endpoint is doing; a test that fails says nothing of the events. */
async function noteAttempt(
  tx: EntityManager,
  { endpointId, isTest }: WebhookDelivery,
  { attempt: { at }, isDelivered }: AttemptEnd,
): Promise<void> {
  const failingSince = isDelivered ? 'NULL' : isTest === 1 ? 'failing_since' : 'COALESCE(failing_since, :at)';
  await tx
    .createQueryBuilder()
    .update(WebhookEndpoint)
    .set({
      lastAttemptAt: at,
      lastAttemptStatus: isDelivered ? 'delivered' : 'failed',
      failingSince: () => failingSince,
    })
    .where('id = :id', { id: endpointId })
    .setParameter('at', at)
    .execute();
}
