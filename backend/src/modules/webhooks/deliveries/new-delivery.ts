import type { DeliveredEventType } from '@atelier/contracts';
import { newId } from '../../../platform/crypto/index.js';
import { toInstant } from '../../../platform/time/index.js';
import type { WebhookDelivery } from './webhook-delivery.entity.js';

type Occasion = Pick<WebhookDelivery, 'endpointId' | 'eventType' | 'body'> &
  Partial<Pick<WebhookDelivery, 'isTest' | 'replayOf'>>;

/** A message that is to be sent now, with an id that no other has. */
export function newDelivery(nowMs: number, { isTest = 0, replayOf = null, ...occasion }: Occasion): WebhookDelivery {
  return {
    id: `msg_${newId(nowMs).replaceAll('-', '')}`,
    ...occasion,
    status: 'pending',
    attempts: 0,
    fence: 0,
    nextAttemptAt: nowMs,
    leaseUntil: 0,
    createdAt: nowMs,
    deliveredAt: null,
    isTest,
    replayOf,
  };
}

/** The text of a message, which is signed and sent as it is. */
export const bodyOf = (type: DeliveredEventType, atMs: number, data: unknown): string =>
  JSON.stringify({ type, timestamp: toInstant(atMs), data });
