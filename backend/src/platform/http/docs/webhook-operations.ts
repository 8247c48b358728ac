import { WebhookMessage } from '@atelier/contracts';
import type { ContractSchemas } from './contract-schemas.js';
import type { Document, Operation, Parameter } from './document-types.js';
import type { Manual } from './manual.js';

const SENT_AT = '2026-11-28T09:14:07.420Z';

const header = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
  example,
});

const HEADERS = [
  header('webhook-id', 'Names the message, however often it is sent.', 'msg_019a2b3c5f607182a3b4c5d6e7f80912'),
  header(
    'webhook-timestamp',
    'When it was sent: seconds since 1970. Refuse what is older than five minutes.',
    '1795857247',
  ),
  header(
    'webhook-signature',
    'One or two of `v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64, with a space between them.',
    'v1,bm8gc2lnbmF0dXJlIG9mIGFueXRoaW5nLCBhcyBpdCBpcw==',
  ),
];

/** What is sent to the webhooks of others, as OpenAPI describes it: as operations that they offer. */
export function webhookOperations({ messages }: Manual, schemas: ContractSchemas): Document['webhooks'] {
  const schema = schemas.referTo(WebhookMessage);
  const operationOf = (type: string, { summary, data }: Manual['messages'][string]): Operation => ({
    operationId: `on${type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: 'Sent to every webhook that asked for this event.',
    tags: ['Webhooks'],
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema, example: { type, timestamp: SENT_AT, data } } },
    },
    responses: {
      '2XX': { description: 'It has arrived.' },
      '410': { description: 'There is no receiver any more: the webhook is switched off at once.' },
      '4XX': { description: 'It has not arrived, as after any other answer and after none: it is sent again.' },
    },
  });
  return Object.fromEntries(
    Object.entries(messages).map(([type, message]) => [type, { post: operationOf(type, message) }]),
  );
}
