import type { ProblemEntry } from './problem-entry.js';

const signIn = 'Sign in again, or send a valid key.';

/** What is wrong with a request, or with whoever sends it. */
export const ACCESS_PROBLEMS = {
  'request.malformed': {
    kind: 'malformed',
    detail: 'The request could not be read. Is the body valid JSON?',
    advice: 'Correct the JSON or the escapes in the address.',
  },
  'request.invalid': {
    kind: 'invalid',
    detail: 'limit: Too big: expected number to be <=100',
    advice: 'Correct the fields that `errors` names.',
    errors: [{ path: 'limit', message: 'Too big: expected number to be <=100' }],
  },
  'request.idempotency_conflict': {
    kind: 'invalid',
    detail: 'This Idempotency-Key was used for a request with another body. Nothing was done and nothing was charged.',
    advice: 'Take a new key for a new request.',
  },
  'request.address_too_long': {
    kind: 'address_too_long',
    detail: 'The address has more than 8192 characters.',
    advice: 'Send less in the query.',
  },
  'request.rate_limited': {
    kind: 'throttled',
    detail: 'Only 600 requests a minute are answered with this API key. Try again in a moment.',
    advice: 'Come back after `Retry-After`; `RateLimit` tells what is left.',
    retryable: true,
  },
  'request.too_many_at_once': {
    kind: 'throttled',
    detail: 'Only 20 requests are answered at the same time with this API key. Try again when some are done.',
    advice: 'Wait for the answers to the requests that are on their way.',
    retryable: true,
  },
  'request.too_large': {
    kind: 'too_large',
    detail: 'The request body is larger than 256 KB.',
    advice: 'Send less.',
  },
  'request.unsupported_media_type': {
    kind: 'unsupported_media_type',
    detail: 'Send the body as JSON in UTF-8.',
    advice: 'Send `Content-Type: application/json`.',
  },
  'route.not_found': {
    kind: 'not_found',
    detail: 'There is nothing at this address.',
    advice: 'Correct the address or the method.',
  },
  'auth.required': { kind: 'unauthenticated', detail: 'Sign in first.', advice: 'Send an `Authorization` header.' },
  'auth.token_invalid': {
    kind: 'unauthenticated',
    detail: 'The access token is not valid. Sign in again.',
    advice: signIn,
  },
  'auth.token_expired': {
    kind: 'unauthenticated',
    detail: 'The access token has expired. Refresh the session.',
    advice: 'Call `refreshSession`, then repeat the request.',
  },
  'auth.ticket_invalid': {
    kind: 'unauthenticated',
    detail: 'The ticket is not valid any more. Ask for a new one.',
    advice:
      'Call the operation that made it (`createStreamTicket`, `createAuditExportTicket`) and use the new one at once.',
  },
  'auth.credentials_invalid': {
    kind: 'unauthenticated',
    detail: 'Email or password is incorrect.',
    advice: 'Enter them again. It says the same whether or not there is such a user.',
  },
  'auth.throttled': {
    kind: 'throttled',
    detail: 'Too many attempts. Try again later.',
    advice: 'Come back after `Retry-After`.',
    retryable: true,
  },
  'auth.refresh_invalid': {
    kind: 'unauthenticated',
    detail: 'The session has ended. Sign in again.',
    advice: 'Sign in again.',
  },
  'auth.origin_refused': {
    kind: 'forbidden',
    detail: 'This request may only come from the console itself.',
    advice: 'Call it from the console’s own origin or from no page at all, with a body of JSON.',
  },
  'auth.session_not_found': {
    kind: 'not_found',
    detail: 'There is no such session, or it has ended already.',
    advice: 'Look at `listOwnSessions`; it may have ended already.',
  },
  'auth.forbidden': {
    kind: 'forbidden',
    detail: 'You are not allowed to do this.',
    advice: 'Ask an administrator; the operation names the role.',
  },
  'auth.setup_closed': {
    kind: 'forbidden',
    detail: 'Atelier has been set up already. Sign in, or ask an administrator for an account.',
    advice: 'Sign in.',
  },
  'auth.setup_token_invalid': {
    kind: 'forbidden',
    detail: 'This set-up link is not valid. Use the newest one from the server log; a restart prints a fresh one.',
    advice: 'Take the newest link from the server’s log.',
  },
  'auth.password_weak': {
    kind: 'invalid',
    detail: 'This password is too weak: it must have at least 15 characters.',
    advice: 'Choose another password.',
    errors: [{ path: 'password', message: 'must have at least 15 characters' }],
  },
  'auth.invitation_invalid': {
    kind: 'forbidden',
    detail: 'This invitation is not valid any more. Ask an administrator for a new one.',
    advice: 'Ask an administrator for a new invitation.',
  },
  'auth.api_key_invalid': {
    kind: 'unauthenticated',
    detail: 'The API key is not valid, has expired or was revoked.',
    advice: 'Use another key.',
  },
  'auth.api_key_address': {
    kind: 'forbidden',
    detail: 'This API key may not be used from this address.',
    advice: 'Call from an address that the key allows, or change its `allowed_addresses`.',
  },
  'auth.api_key_scope': {
    kind: 'forbidden',
    detail: 'This API key does not have the scope "generate".',
    advice: 'Use a key with the scope that the operation names; where it names none, sign in.',
  },
  'api_keys.not_found': { kind: 'not_found', detail: 'There is no such API key.', advice: 'Look at `listApiKeys`.' },
  'api_keys.not_active': {
    kind: 'conflict',
    detail: 'This API key has been revoked or has expired. Make a new one.',
    advice: 'Make a new key.',
  },
  'api_keys.limit_reached': {
    kind: 'conflict',
    detail: 'An account can have 50 API keys at a time. Revoke one that is not used any more.',
    advice: 'Revoke keys that nobody uses.',
  },
  'users.not_found': { kind: 'not_found', detail: 'There is no such user.', advice: 'Look at `listUsers`.' },
  'users.email_taken': {
    kind: 'conflict',
    detail: 'There is a user with this e-mail address already.',
    advice: 'Use the account that is there, or another address.',
  },
  'users.last_admin': {
    kind: 'conflict',
    detail: 'This is the last administrator. Make somebody else an administrator first.',
    advice: 'Make somebody else an administrator first.',
  },
  'server.error': {
    kind: 'internal',
    detail: 'Something went wrong on our side. Nothing was charged.',
    advice: 'Try once more; if it stays, tell the administrator the `request_id`.',
  },
  'server.unavailable': {
    kind: 'unavailable',
    detail: 'The database is not available right now. Try again.',
    advice: 'Come back after `Retry-After`.',
    retryable: true,
  },
} as const satisfies Record<string, ProblemEntry>;
