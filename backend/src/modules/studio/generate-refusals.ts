import type { ProblemCode } from '@atelier/contracts';

/** How a wish for images may end without any: refused before it begins, or failed while the client waits for it. */
export const GENERATE_REFUSALS = [
  'request.idempotency_conflict',
  'credits.insufficient',
  'credits.key_limit_reached',
  'credits.account_frozen',
  'studio.provider_unknown',
  'studio.provider_disabled',
  'studio.provider_incapable',
  'studio.queue_full',
  'studio.interrupted',
  'studio.canceled',
  'studio.not_in_time',
  'storage.full',
  'storage.unavailable',
  'enhancer.unavailable',
  'provider.content_rejected',
  'provider.rate_limited',
  'provider.quota_exhausted',
  'provider.auth_failed',
  'provider.unavailable',
  'provider.timeout',
  'provider.invalid_request',
  'provider.bad_response',
  'provider.none_available',
] as const satisfies readonly ProblemCode[];
