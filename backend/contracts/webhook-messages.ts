import * as z from 'zod';
import { GENERATION_FINAL_EVENTS } from './generation-events.js';
import { Credits, Instant, UserId, Uuid } from './primitives.js';

/** How many images. */
const Images = z.int().min(0);

const message = <const Type extends string, Data extends z.ZodRawShape>(types: readonly Type[], data: Data) =>
  z.strictObject({
    type: z.enum(types),
    /** When it happened; messages may arrive in any order. */
    timestamp: Instant,
    /** Ids and numbers alone: whatever else is needed is asked for with a key. */
    data: z.strictObject({ user_id: UserId, ...data }),
  });

/** A generation has ended. */
export const GenerationMessage = message(GENERATION_FINAL_EVENTS, {
  generation_id: Uuid,
  succeeded: Images,
  failed: Images,
  canceled: Images,
  credits_charged: Credits,
});

/** Credits were added to the account. */
export const CreditsGrantedMessage = message(['credits.granted'], {
  grant_id: z.string(),
  amount: Credits,
  available: Credits,
});

/** Fewer credits are available than the setting `credits_low_threshold` says. */
export const CreditsLowMessage = message(['credits.low'], { available: Credits, threshold: Credits });

/** Fewer credits are available than the cheapest image costs. */
export const CreditsExhaustedMessage = message(['credits.exhausted'], { available: Credits, cheapest_image: Credits });

/** What the test button sends; nobody has to ask for it. */
export const WEBHOOK_TEST_EVENT = 'webhook.test';

/** Somebody has asked for a test. */
export const WebhookTestMessage = z.strictObject({
  type: z.literal(WEBHOOK_TEST_EVENT),
  timestamp: Instant,
  data: z.strictObject({ webhook_id: Uuid }),
});

/** What a receiver of webhooks reads. */
export const WebhookMessage = z.discriminatedUnion('type', [
  GenerationMessage,
  CreditsGrantedMessage,
  CreditsLowMessage,
  CreditsExhaustedMessage,
  WebhookTestMessage,
]);
export type WebhookMessage = z.infer<typeof WebhookMessage>;
