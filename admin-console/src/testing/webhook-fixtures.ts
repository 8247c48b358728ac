import type { Delivery, DeliveryDetail, IssuedWebhook, Webhook } from '@atelier/contracts';

/** Answers of the API for specs of the webhooks. */
export const WEBHOOK_ID = '019ab000-0000-7000-8000-0000000000aa';
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export function sampleWebhook(changes: Partial<Webhook> = {}): Webhook {
  return {
    id: WEBHOOK_ID,
    url: 'https://shop.example/atelier',
    description: 'The shop',
    events: ['generation.succeeded', 'credits.low'],
    enabled: true,
    disabled_reason: null,
    secret_last4: 'LaSw',
    previous_secret_expires_at: null,
    created_at: '2026-11-03T09:00:00.000Z',
    updated_at: '2026-11-03T09:00:00.000Z',
    last_delivery: { at: '2026-11-28T10:00:00.000Z', status: 'delivered' },
    failing_since: null,
    ...changes,
  };
}

export function issuedWebhook(changes: Partial<Webhook> = {}): IssuedWebhook {
  return { ...sampleWebhook(changes), secret: SECRET };
}

export function sampleDelivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: `msg_${'0'.repeat(31)}1`,
    event_type: 'generation.succeeded',
    status: 'delivered',
    attempts: 1,
    next_attempt_at: null,
    created_at: '2026-11-28T10:00:00.000Z',
    delivered_at: '2026-11-28T10:00:01.000Z',
    is_test: false,
    replay_of: null,
    ...changes,
  };
}

export function deliveryDetail(changes: Partial<DeliveryDetail> = {}): DeliveryDetail {
  return {
    ...sampleDelivery(),
    attempts: [
      { at: '2026-11-28T10:00:01.000Z', duration_ms: 120, status_code: 200, error: null, response_excerpt: 'ok' },
    ],
    request: {
      url: 'https://shop.example/atelier',
      headers: { 'content-type': 'application/json', 'webhook-id': `msg_${'0'.repeat(31)}1` },
      body: '{"type":"generation.succeeded","timestamp":"2026-11-28T10:00:00.000Z","data":{"images":2}}',
    },
    ...changes,
  };
}
