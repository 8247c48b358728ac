import type { EntityManager } from 'typeorm';
import { WebhookDelivery } from './webhook-delivery.entity.js';

/** Ends what an endpoint that is switched off was still to be told. It can be replayed later. */
export async function giveUpPending(tx: EntityManager, endpointId: string): Promise<void> {
  await tx.update(WebhookDelivery, { endpointId, status: 'pending', isTest: 0 }, { status: 'failed' });
}
