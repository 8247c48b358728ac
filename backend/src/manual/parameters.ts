import type { Manual } from '../platform/http/docs/manual.js';

export const PARAMETERS: Manual['parameters'] = {
  limit: { description: 'Most rows of one page.', example: 50 },
  cursor: {
    description: 'Where the page begins: `next_cursor` of the page before. Leave it out for the first.',
    example: 'MjAyNg',
  },
  offset: { description: 'Rows to skip. Takes longer the further it goes; prefer `cursor`.', example: 0 },
  tier: { description: 'Only images of this tier.', example: 'standard' },
  provider: { description: 'Only images of this provider.', example: 'openai' },
  id: {
    description: 'Id of what is meant, as lists and answers have it.',
    example: '019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071',
  },
  delivery_id: {
    description: 'Id of the delivery, which the receiver reads as `webhook-id`.',
    example: 'msg_019a2b3c5f607182a3b4c5d6e7f80912',
  },
  status: { description: 'Only what has this status.', example: 'failed' },
  key: { description: 'Key of the provider, as `listProviders` has it.', example: 'openai' },
  user_id: { description: 'Id of the account that is meant, as `listUsers` has it.', example: 2 },
  search: {
    description: 'Only users whose name or e-mail address contains this, or whose id it is.',
    example: 'grace',
  },
  user_kind: { description: 'Only the keys of all accounts of this kind, instead of `user_id`.', example: 'service' },
  actor_id: {
    description: 'Only what this user did; `system` is what the server did by itself.',
    example: 1,
  },
  api_key_id: { description: 'Only what was done with this API key.', example: '0a1b2c3d4e5f' },
  action: { description: 'Only this action.', example: 'settings.change' },
  target_type: { description: 'Only what was done to this kind of thing.', example: 'settings' },
  target_id: { description: 'Only what was done to the thing with this id.', example: 'credit_price_premium4' },
  address: { description: 'Only what came from this address.', example: '203.0.113.7' },
  result: { description: 'Only what succeeded, or only what was refused.', example: 'success' },
  from: { description: 'Only from this instant on.', example: '2026-11-01T00:00:00Z' },
  to: { description: 'Only before this instant.', example: '2026-12-01T00:00:00Z' },
  format: { description: 'What a line looks like.', example: 'jsonl' },
  days: { description: 'How far back calls and images are counted.', example: 30 },
  Range: { description: 'Which bytes to send; one range.', example: 'bytes=0-65535' },
  'If-None-Match': { description: 'The `ETag` of what is there already.', example: '"4f1d9a7c03be"' },
  kind: { description: 'Only what is of this kind.', example: 'capture' },
  'Idempotency-Key': {
    description:
      'Your name for this request, 1 to 255 printable ASCII characters. A repeated request with the same name and body ' +
      'is carried out once and answered alike, with `Idempotent-Replayed: true`; another body is refused. Names count ' +
      'for one account and one operation, and are kept for a week. Refusals are not kept.',
    example: 'order-4711-cover',
  },
  Prefer: {
    description: '`respond-async` answers 202 at once; `wait=N` waits at most N seconds (60 unless said otherwise).',
    example: 'respond-async',
  },
  'Last-Event-ID': { description: 'Id of the last message that was received.', example: '1204' },
  last_event_id: {
    description: 'As the header `Last-Event-ID`, which takes precedence, where no header can be sent.',
    example: '1204',
  },
  ticket: {
    description: 'A ticket from `createStreamTicket` or `createAuditExportTicket`, where no header can be sent.',
    example: 'the ticket',
  },
};
