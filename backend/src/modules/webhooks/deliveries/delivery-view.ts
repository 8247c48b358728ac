import type { Delivery, DeliveryDetail } from '@atelier/contracts';
import { toInstant, toInstantOrNull } from '../../../platform/time/index.js';
import type { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import { headersOf } from '../sending/signature.js';
import type { WebhookAttempt } from './webhook-attempt.entity.js';
import type { WebhookDelivery } from './webhook-delivery.entity.js';

export function deliveryView(delivery: WebhookDelivery): Delivery {
  const { id, eventType, status, attempts, nextAttemptAt, createdAt, deliveredAt, isTest, replayOf } = delivery;
  return {
    id,
    event_type: eventType,
    status,
    attempts,
    next_attempt_at: status === 'pending' ? toInstant(nextAttemptAt) : null,
    created_at: toInstant(createdAt),
    delivered_at: toInstantOrNull(deliveredAt),
    is_test: isTest === 1,
    replay_of: replayOf,
  };
}

/** @param attempts those that are on record, the oldest first */
export function deliveryDetail(
  delivery: WebhookDelivery,
  attempts: readonly WebhookAttempt[],
  { url }: Pick<WebhookEndpoint, 'url'>,
): DeliveryDetail {
  return {
    ...deliveryView(delivery),
    attempts: attempts.map(({ at, durationMs, statusCode, error, responseExcerpt }) => ({
      at: toInstant(at),
      duration_ms: durationMs,
      status_code: statusCode,
      error,
      response_excerpt: responseExcerpt,
    })),
    request: { url, headers: headersOf(delivery.id, attempts.at(-1)), body: delivery.body },
  };
}
