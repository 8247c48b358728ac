import * as z from 'zod';

/** Every code that a problem may carry. The set is closed: clients may switch on it. */
export const PROBLEM_CODES = [
  'request.malformed',
  'request.invalid',
  'request.idempotency_conflict',
  'request.too_large',
  'request.unsupported_media_type',
  'route.not_found',
  'auth.required',
  'auth.token_invalid',
  'auth.token_expired',
  'auth.ticket_invalid',
  'auth.credentials_invalid',
  'auth.throttled',
  'auth.refresh_invalid',
  'auth.origin_refused',
  'auth.forbidden',
  'auth.setup_closed',
  'auth.setup_token_invalid',
  'auth.password_weak',
  'auth.invitation_invalid',
  'users.not_found',
  'users.email_taken',
  'users.last_admin',
  'credits.insufficient',
  'credits.account_frozen',
  'credits.account_contradictory',
  'credits.grant_invalid',
  'studio.generation_not_found',
  'studio.provider_unknown',
  'studio.provider_disabled',
  'studio.provider_incapable',
  'studio.queue_full',
  'studio.too_many_streams',
  'studio.event_id_invalid',
  'studio.interrupted',
  'studio.canceled',
  'settings.invalid',
  'gallery.image_not_found',
  'gallery.cursor_invalid',
  'storage.link_invalid',
  'storage.link_expired',
  'storage.object_not_found',
  'storage.full',
  'storage.unavailable',
  'provider.content_rejected',
  'provider.rate_limited',
  'provider.quota_exhausted',
  'provider.auth_failed',
  'provider.unavailable',
  'provider.timeout',
  'provider.invalid_request',
  'provider.bad_response',
  'provider.none_available',
  'providers.not_found',
  'providers.credentials_invalid',
  'providers.connection_fixed',
  'providers.test_throttled',
  'enhancer.unavailable',
  'server.error',
  'server.unavailable',
] as const;
export const ProblemCode = z.enum(PROBLEM_CODES);
export type ProblemCode = z.infer<typeof ProblemCode>;

/** One field that was refused; `path` is a JSON pointer-like dotted path such as `metadata.project`. */
export const FieldError = z.strictObject({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof FieldError>;

/** The body of every answer that is not a success: RFC 9457, `application/problem+json`. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: ProblemCode,
  /** Whether the same request may succeed later without a change. */
  retryable: z.boolean(),
  /** Whether credits were taken. Only ever true for a generation that delivered images. */
  charged: z.boolean(),
  request_id: z.string(),
  generation_id: z.string().optional(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;
