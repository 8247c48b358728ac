import { type Webhook, WebhookEventType } from '@atelier/contracts';
import * as z from 'zod';
import { toInstant, toInstantOrNull } from '../../../platform/time/index.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';

const Events = z.array(WebhookEventType);

export const eventsOf = ({ events }: Pick<WebhookEndpoint, 'events'>): WebhookEventType[] =>
  Events.parse(events.split(' '));

/** The endpoint as its owner sees it, without its secrets. */
export function webhookView(endpoint: WebhookEndpoint, nowMs: number): Webhook {
  const { previousValidUntil, lastAttemptAt, lastAttemptStatus } = endpoint;
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    events: eventsOf(endpoint),
    enabled: endpoint.enabled === 1,
    disabled_reason: endpoint.disabledReason,
    secret_last4: endpoint.secretLast4 ?? '',
    previous_secret_expires_at:
      previousValidUntil !== null && previousValidUntil > nowMs ? toInstant(previousValidUntil) : null,
    created_at: toInstant(endpoint.createdAt),
    updated_at: toInstant(endpoint.updatedAt),
    last_delivery:
      lastAttemptAt === null || lastAttemptStatus === null
        ? null
        : { at: toInstant(lastAttemptAt), status: lastAttemptStatus },
    failing_since: toInstantOrNull(endpoint.failingSince),
  };
}
