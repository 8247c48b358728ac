import { createHmac } from 'node:crypto';
import type { WebhookAttempt } from '../deliveries/webhook-attempt.entity.js';

const secondsOf = (epochMs: number): number => Math.floor(epochMs / 1_000);

/**
 * Signs a message as Standard Webhooks has it: one signature for each secret that is valid.
 * @param secrets `whsec_` and the key in Base64
 */
export function signatureOf(id: string, atMs: number, body: string, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      return `v1,${createHmac('sha256', key)
        .update(`${id}.${secondsOf(atMs)}.${body}`)
        .digest('base64')}`;
    })
    .join(' ');
}

/** The headers that a message is sent with; without those of an attempt where there was none yet. */
export function headersOf(
  deliveryId: string,
  attempt?: Pick<WebhookAttempt, 'at' | 'signature'>,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Atelier-Webhooks',
    'webhook-id': deliveryId,
    ...(attempt && {
      'webhook-timestamp': String(secondsOf(attempt.at)),
      'webhook-signature': attempt.signature,
    }),
  };
}
