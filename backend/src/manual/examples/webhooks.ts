import type { Delivery, Webhook } from '@atelier/contracts';
import type { OperationExamples } from '../../platform/http/docs/manual.js';
import { IDS, pageOf } from './samples.js';

const WEBHOOK: Webhook = {
  id: '019a2b3e-0a1b-7c2d-8e3f-4a5b6c7d8e9f',
  url: 'https://shop.example.com/hooks',
  description: 'Orders with a picture',
  events: ['generation.succeeded', 'generation.failed'],
  enabled: true,
  disabled_reason: null,
  secret_last4: 'mQ2x',
  previous_secret_expires_at: null,
  created_at: '2026-11-02T08:06:00.000Z',
  updated_at: '2026-11-02T08:06:00.000Z',
  last_delivery: { at: '2026-11-28T09:14:07.480Z', status: 'delivered' },
  failing_since: null,
};

const ISSUED = { ...WEBHOOK, secret: 'whsec_this-part-is-shown-once' };

const DELIVERY: Delivery = {
  id: 'msg_019a2b3c5f607182a3b4c5d6e7f80912',
  event_type: 'generation.succeeded',
  status: 'delivered',
  attempts: 1,
  next_attempt_at: null,
  created_at: '2026-11-28T09:14:07.430Z',
  delivered_at: '2026-11-28T09:14:07.610Z',
  is_test: false,
  replay_of: null,
};

const WAITING = { status: 'pending', attempts: 0, delivered_at: null } as const;
const NOW = '2026-11-28T09:20:00.000Z';

const MESSAGE = {
  type: DELIVERY.event_type,
  timestamp: '2026-11-28T09:14:07.420Z',
  data: {
    ...{ generation_id: IDS.generation, user_id: 3 },
    ...{ succeeded: 1, failed: 0, canceled: 0, credits_charged: 1 },
  },
};

const DETAIL = {
  ...DELIVERY,
  attempts: [{ at: '2026-11-28T09:14:07.480Z', duration_ms: 130, status_code: 204, error: null, response_excerpt: '' }],
  request: {
    url: WEBHOOK.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Atelier-Webhooks',
      'webhook-id': DELIVERY.id,
      'webhook-timestamp': '1795857247',
      'webhook-signature': 'v1,bm8gc2lnbmF0dXJlIG9mIGFueXRoaW5nLCBhcyBpdCBpcw==',
    },
    body: JSON.stringify(MESSAGE),
  },
};

const WHICH = { id: WEBHOOK.id };
const WHICH_DELIVERY = { ...WHICH, delivery_id: DELIVERY.id };

export const WEBHOOK_EXAMPLES = {
  createWebhook: {
    request: { url: WEBHOOK.url, description: WEBHOOK.description, events: WEBHOOK.events },
    answers: { 201: { ...ISSUED, last_delivery: null } },
  },
  listWebhooks: { parameters: { cursor: WEBHOOK.id }, answers: { 200: pageOf(WEBHOOK, WEBHOOK.id) } },
  getWebhook: { parameters: WHICH, answers: { 200: WEBHOOK } },
  updateWebhook: {
    parameters: WHICH,
    request: { enabled: false },
    answers: { 200: { ...WEBHOOK, enabled: false, disabled_reason: 'by_owner' } },
  },
  rotateWebhook: {
    parameters: WHICH,
    request: { grace_seconds: 3_600 },
    answers: { 201: { ...ISSUED, previous_secret_expires_at: '2026-11-28T10:14:00.000Z' } },
  },
  deleteWebhook: { parameters: WHICH },
  testWebhook: {
    parameters: WHICH,
    answers: {
      202: {
        ...DELIVERY,
        ...WAITING,
        event_type: 'webhook.test',
        is_test: true,
        created_at: NOW,
        next_attempt_at: NOW,
      },
    },
  },
  listDeliveries: {
    parameters: { ...WHICH, cursor: DELIVERY.id },
    answers: { 200: pageOf(DELIVERY, DELIVERY.id) },
  },
  getDelivery: { parameters: WHICH_DELIVERY, answers: { 200: DETAIL } },
  replayDelivery: {
    parameters: WHICH_DELIVERY,
    answers: {
      202: {
        ...{ ...DELIVERY, ...WAITING, id: 'msg_019a2b42a1c07d8e9f0a1b2c3d4e5f60', replay_of: DELIVERY.id },
        ...{ created_at: NOW, next_attempt_at: NOW },
      },
    },
  },
} as const satisfies Record<string, OperationExamples>;
