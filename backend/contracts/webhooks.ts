import * as z from 'zod';
import { GENERATION_FINAL_EVENTS } from './generation-events.js';
import { WEBHOOK_DESCRIPTION_MAX_LENGTH, WEBHOOK_GRACE_DEFAULT_S, WEBHOOK_GRACE_MAX_S } from './limits.js';
import { Instant, PageQuery, Uuid, page } from './primitives.js';
import { WEBHOOK_TEST_EVENT } from './webhook-messages.js';

/** What can happen to an account's credits that somebody may want to be told of. */
export const CREDIT_EVENTS = ['credits.granted', 'credits.low', 'credits.exhausted'] as const;

/** What an endpoint can be told of. */
export const WEBHOOK_EVENT_TYPES = [...GENERATION_FINAL_EVENTS, ...CREDIT_EVENTS] as const;
export const WebhookEventType = z.enum(WEBHOOK_EVENT_TYPES);
export type WebhookEventType = z.infer<typeof WebhookEventType>;

export const DeliveredEventType = z.enum([...WEBHOOK_EVENT_TYPES, WEBHOOK_TEST_EVENT]);
export type DeliveredEventType = z.infer<typeof DeliveredEventType>;

export const WebhookId = Uuid;

/** Id of a delivery, which the receiver sees as `webhook-id`. */
export const DeliveryId = z.string().regex(/^msg_[0-9a-f]{32}$/, 'must be the id of a delivery');

/** Whether it may be reached is another question, which is asked when it is stored and at each connection. */
const WebhookUrl = z
  .string()
  .max(2_000)
  .regex(
    /^https?:\/\/[^\s\\/?#@]+([/?][^\s#]*)?$/,
    'must be an https address without a user, a password or a fragment',
  );

const WebhookEvents = z
  .array(WebhookEventType)
  .min(1, 'must name at least one event')
  .refine((events) => new Set(events).size === events.length, 'must not name an event twice');

const Description = z.string().trim().max(WEBHOOK_DESCRIPTION_MAX_LENGTH);

/** `failing`: three days long nothing arrived. `by_owner`: switched off by whoever it belongs to. */
export const WEBHOOK_DISABLED_REASONS = ['failing', 'by_owner'] as const;

/** `pending`: not sent yet, or to be sent again. `failed`: given up. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export const DeliveryStatus = z.enum(DELIVERY_STATUSES);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** Where somebody is told of events. */
export const Webhook = z.strictObject({
  id: WebhookId,
  url: z.string(),
  description: z.string(),
  events: z.array(WebhookEventType),
  enabled: z.boolean(),
  disabled_reason: z.enum(WEBHOOK_DISABLED_REASONS).nullable(),
  /** By which its holder recognises the secret. */
  secret_last4: z.string(),
  /** Until when messages are signed with the secret before the last rotation as well. */
  previous_secret_expires_at: Instant.nullable(),
  created_at: Instant,
  updated_at: Instant,
  /** The latest attempt, and whether the message arrived with it. */
  last_delivery: z.strictObject({ at: Instant, status: DeliveryStatus.exclude(['pending']) }).nullable(),
  /** Since when no attempt has succeeded; null when the latest has, or there was none. */
  failing_since: Instant.nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

/** An endpoint together with its secret, which is shown this once. */
export const IssuedWebhook = z.strictObject({ ...Webhook.shape, secret: z.string() });
export type IssuedWebhook = z.infer<typeof IssuedWebhook>;

export const WebhookPage = page(Webhook);
export type WebhookPage = z.infer<typeof WebhookPage>;

export const CreateWebhookRequest = z.strictObject({
  url: WebhookUrl,
  description: Description.optional(),
  events: WebhookEvents,
});
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;

export const UpdateWebhookRequest = z
  .strictObject({
    url: WebhookUrl.optional(),
    description: Description.optional(),
    events: WebhookEvents.optional(),
    /** True after `failing` gives the endpoint another three days. */
    enabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field');
export type UpdateWebhookRequest = z.infer<typeof UpdateWebhookRequest>;

export const RotateWebhookRequest = z.strictObject({
  /** For how many seconds messages are signed with the old secret beside the new one; 0 ends it at once. */
  grace_seconds: z.int().min(0).max(WEBHOOK_GRACE_MAX_S).default(WEBHOOK_GRACE_DEFAULT_S),
});
export type RotateWebhookRequest = z.infer<typeof RotateWebhookRequest>;

/** One message to one endpoint. */
export const Delivery = z.strictObject({
  id: DeliveryId,
  event_type: DeliveredEventType,
  status: DeliveryStatus,
  /** How often it was sent. */
  attempts: z.int().min(0),
  next_attempt_at: Instant.nullable(),
  created_at: Instant,
  delivered_at: Instant.nullable(),
  is_test: z.boolean(),
  /** The delivery whose body this one sends again. */
  replay_of: DeliveryId.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryPage = page(Delivery);
export type DeliveryPage = z.infer<typeof DeliveryPage>;

export const DeliveryQuery = z.strictObject({ ...PageQuery.shape, status: DeliveryStatus.optional() });
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

export const DeliveryAttempt = z.strictObject({
  at: Instant,
  duration_ms: z.int().min(0),
  /** Null: there was no answer. */
  status_code: z.int().nullable(),
  /** Why there was no answer, or none that counts. */
  error: z.string().nullable(),
  /** How the answer began, as text. */
  response_excerpt: z.string().nullable(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const DeliveryDetail = z.strictObject({
  ...Delivery.shape,
  attempts: z.array(DeliveryAttempt),
  /** As it was last sent, or is to be sent; what belongs to an attempt is missing before the first. */
  request: z.strictObject({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
});
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;
