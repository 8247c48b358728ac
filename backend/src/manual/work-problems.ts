import type { ProblemEntry } from './problem-entry.js';

const later = 'Come back after `Retry-After`.';
const tellAdministrator = 'Tell the administrator.';

/** What stands in the way of the work that was asked for. */
export const WORK_PROBLEMS = {
  'credits.insufficient': {
    kind: 'insufficient_credits',
    detail: 'This costs 4 credits and you have 1. You need 3 more. Nothing was charged.',
    advice: 'Have credits granted. No provider was called.',
  },
  'credits.key_limit_reached': {
    kind: 'insufficient_credits',
    detail: 'This API key may spend 100 credits in a calendar month, and this request goes beyond that.',
    advice: 'Raise the key’s `monthly_credit_limit`, or wait for the next month.',
  },
  'credits.account_frozen': {
    kind: 'forbidden',
    detail: 'Your credits are frozen while an administrator checks the ledger. Nothing was charged.',
    advice: tellAdministrator,
  },
  'credits.account_contradictory': {
    kind: 'conflict',
    detail: 'The account stays frozen, because its books still contradict themselves: the balance is 5 too high.',
    advice: 'Read `getLedgerAudit`; the books have to be put right first.',
  },
  'credits.grant_invalid': {
    kind: 'invalid',
    detail: 'There are no available credits to take back.',
    advice: 'Nothing is left to revoke; credits that are held are not available.',
  },
  'studio.generation_not_found': {
    kind: 'not_found',
    detail: 'There is no such generation.',
    advice: 'Correct the id; it has to be a generation of your own.',
  },
  'studio.provider_unknown': {
    kind: 'invalid',
    detail: 'There is no provider "dalle".',
    advice: 'Take one of `getStudioOptions`.',
    errors: [{ path: 'provider', message: 'is not known' }],
  },
  'studio.provider_disabled': {
    kind: 'invalid',
    detail: 'Gemini is switched off.',
    advice: 'Take another provider, or leave it out.',
    errors: [{ path: 'provider', message: 'is switched off' }],
  },
  'studio.provider_incapable': {
    kind: 'invalid',
    detail: 'OpenAI can not make images of 9:16.',
    advice: 'Take another provider, or ask for something that it makes.',
    errors: [{ path: 'aspect_ratio', message: 'can not be made' }],
  },
  'studio.queue_full': {
    kind: 'throttled',
    detail: 'You have 20 generations waiting. Nothing was charged. Try again when some are done.',
    advice: later,
    retryable: true,
  },
  'studio.too_many_streams': {
    kind: 'throttled',
    detail: 'You may have 10 event streams open at a time. Close one, or ask for the generation now and then.',
    advice: 'Close a stream.',
    retryable: true,
  },
  'studio.event_id_invalid': {
    kind: 'malformed',
    detail: 'Last-Event-ID must be the id of a message of an event stream. Leave it out to begin anew.',
    advice: 'Send the id of the last message, or none.',
  },
  'studio.interrupted': {
    kind: 'unavailable',
    detail: 'The work was interrupted too often. You were not charged. Try again.',
    advice: 'Try again.',
    retryable: true,
  },
  'studio.canceled': {
    kind: 'conflict',
    detail: 'The generation was canceled. You were not charged.',
    advice: 'Nothing: it was canceled while you waited for it.',
  },
  'studio.not_in_time': {
    kind: 'upstream_timeout',
    detail: 'The images were not finished in time. Nothing was charged.',
    advice: 'Try again.',
    retryable: true,
  },
  'studio.model_unknown': {
    kind: 'not_found',
    detail: "The model 'dall-e-3' does not exist. GET /v1/models lists those that can be used now.",
    advice: 'Take one of `listOpenAIModels`.',
    errors: [{ path: 'model', message: 'does not exist' }],
  },
  'settings.invalid': {
    kind: 'invalid',
    detail: 'Nothing was changed: credit_price_standard must be a whole number.',
    advice: 'Correct the settings that `errors` names.',
    errors: [{ path: 'credit_price_standard', message: 'must be a whole number' }],
  },
  'gallery.image_not_found': {
    kind: 'not_found',
    detail: 'This image does not exist.',
    advice: 'Correct the id; it has to be an image of your own.',
  },
  'gallery.cursor_invalid': {
    kind: 'invalid',
    detail: 'This cursor is not valid. Start again from the first page.',
    advice: 'Send a `next_cursor` as it was given, or none.',
    errors: [{ path: 'cursor', message: 'must be a next_cursor that this API gave' }],
  },
  'storage.link_invalid': {
    kind: 'forbidden',
    detail: 'This link is not valid.',
    advice: 'Read the image again: its answer has a fresh link.',
  },
  'storage.link_expired': {
    kind: 'forbidden',
    detail: 'This link has expired. Ask for the image again.',
    advice: 'Read the image again: its answer has a fresh link.',
  },
  'storage.object_not_found': {
    kind: 'not_found',
    detail: 'This image does not exist.',
    advice: 'Tell the administrator: the file of the image is gone.',
  },
  'storage.full': {
    kind: 'storage_full',
    detail: 'There is no space left to store images.',
    advice: 'Tell whoever looks after the server.',
    retryable: true,
  },
  'storage.unavailable': {
    kind: 'unavailable',
    detail: 'Images can not be stored or read right now. Try again.',
    advice: later,
    retryable: true,
  },
  'provider.content_rejected': {
    kind: 'invalid',
    detail: 'This request was blocked by the content policy. Edit the prompt and try again.',
    advice: 'Change the prompt.',
  },
  'provider.rate_limited': {
    kind: 'unavailable',
    detail: 'The provider is busy. Try again in a moment.',
    advice: later,
    retryable: true,
  },
  'provider.quota_exhausted': {
    kind: 'upstream_failed',
    detail: 'The provider account has run out of quota. Tell your administrator.',
    advice: tellAdministrator,
  },
  'provider.auth_failed': {
    kind: 'upstream_failed',
    detail: 'The provider refused our credentials. Tell your administrator.',
    advice: tellAdministrator,
  },
  'provider.unavailable': {
    kind: 'upstream_failed',
    detail: 'The provider had a problem. Try again.',
    advice: 'Try again.',
    retryable: true,
  },
  'provider.timeout': {
    kind: 'upstream_timeout',
    detail: 'The provider took too long. Try again.',
    advice: 'Try again.',
    retryable: true,
  },
  'provider.invalid_request': {
    kind: 'upstream_failed',
    detail: 'The provider did not accept the request. Tell your administrator.',
    advice: tellAdministrator,
  },
  'provider.bad_response': {
    kind: 'upstream_failed',
    detail: 'The provider answered without a usable image. Try again.',
    advice: 'Try again.',
    retryable: true,
  },
  'provider.none_available': {
    kind: 'unavailable',
    detail: 'No provider can make this right now. Nothing was charged. Try again in a moment.',
    advice: later,
    retryable: true,
  },
  'providers.not_found': {
    kind: 'not_found',
    detail: 'There is no such provider.',
    advice: 'Look at `listProviders`.',
  },
  'providers.credentials_invalid': {
    kind: 'invalid',
    detail: 'Nothing was changed: base_url must be an https address.',
    advice: 'Correct the fields that `errors` names.',
    errors: [{ path: 'base_url', message: 'must be an https address' }],
  },
  'providers.connection_fixed': {
    kind: 'invalid',
    detail: 'The offline mock needs no connection, so there is none to change.',
    advice: 'Nothing: it works as it is.',
  },
  'providers.test_throttled': {
    kind: 'throttled',
    detail: 'This connection was tested several times just now. Try again in a moment.',
    advice: later,
    retryable: true,
  },
  'enhancer.unavailable': {
    kind: 'unavailable',
    detail:
      "We couldn't enhance the prompt. The provider took too long. The prompt is unchanged and you were not charged.",
    advice: 'Go on without an enhancement, or come back after `Retry-After`.',
    retryable: true,
  },
  'enhancer.throttled': {
    kind: 'throttled',
    detail: 'At most 20 prompts a minute can be enhanced. The prompt is unchanged and you were not charged.',
    advice: later,
    retryable: true,
  },
  'webhooks.not_found': {
    kind: 'not_found',
    detail: 'There is no such webhook.',
    advice: 'Correct the id; it has to be a webhook of your own.',
  },
  'webhooks.delivery_not_found': {
    kind: 'not_found',
    detail: 'There is no such delivery.',
    advice: 'Correct the id; deliveries are not kept for ever.',
  },
  'webhooks.limit_reached': {
    kind: 'conflict',
    detail: 'An account can have 20 webhooks. Delete one that is not used any more.',
    advice: 'Delete webhooks that nobody needs.',
  },
  'webhooks.disabled': {
    kind: 'conflict',
    detail: 'This webhook is switched off. Switch it on first.',
    advice: 'Set `enabled` to true first.',
  },
  'webhooks.throttled': {
    kind: 'throttled',
    detail: 'This webhook was tested several times just now. Try again in a moment.',
    advice: later,
    retryable: true,
  },
} as const satisfies Record<string, ProblemEntry>;
