import { type Explanations, namedFields } from './explanation';

/** What can go wrong before anybody is signed in; apart from the rest, so that the entry pages load no more than this. */
export const accessExplanations = {
  'request.malformed': { what: 'The server couldn’t read the request.', next: 'Reload the page and try again.' },
  'request.invalid': { what: namedFields, next: 'Correct it and try again.' },
  'request.idempotency_conflict': {
    what: 'This request was sent before with other contents.',
    next: 'Reload the page and try again.',
  },
  'request.too_large': { what: 'That is more than the server accepts at once.', next: 'Shorten it and try again.' },
  'request.address_too_long': {
    what: 'That is more than fits into an address.',
    next: 'Shorten it and try again.',
  },
  'request.rate_limited': {
    what: 'That was more than the server answers in a minute.',
    next: 'Wait a moment and try again.',
  },
  'request.too_many_at_once': {
    what: 'Too many things are going on at the same time.',
    next: 'Wait until some of them are done, then try again.',
  },
  'request.unsupported_media_type': {
    what: 'The server doesn’t accept this kind of content.',
    next: 'Reload the page and try again.',
  },
  'route.not_found': {
    what: 'The server doesn’t know this address.',
    next: 'Reload the page to get the current version.',
  },

  'auth.required': { what: 'You need to be signed in for this.', next: 'Sign in and try again.' },
  'auth.token_invalid': { what: 'Your session is no longer valid.', next: 'Sign in again.' },
  'auth.token_expired': { what: 'Your session has expired.', next: 'Sign in again.' },
  'auth.ticket_invalid': { what: 'The connection for live updates could not be opened.', next: 'Reload the page.' },
  'auth.credentials_invalid': { what: 'Email or password is incorrect.', next: 'Check both and try again.' },
  'auth.throttled': { what: 'Too many attempts.', next: 'Wait a few minutes and try again.' },
  'auth.refresh_invalid': { what: 'You were signed out.', next: 'Sign in to continue where you left off.' },
  'auth.origin_refused': {
    what: 'The request came from another site and was refused.',
    next: 'Open Atelier at its own address and try again. If you are there, ask your admin to check the server’s public URL.',
  },
  'auth.forbidden': {
    what: 'You don’t have permission to do this.',
    next: 'Ask an admin to do it or to change your role.',
  },
  'auth.setup_closed': { what: 'Atelier is already set up.', next: 'Sign in instead.' },
  'auth.setup_token_invalid': {
    what: 'This set-up link is not valid.',
    next: 'Use the newest link from the server’s start-up log.',
  },
  'auth.password_weak': {
    what: 'This password is too easy to guess.',
    next: 'Choose a longer one that is not a common phrase or your name.',
  },
  'auth.invitation_invalid': {
    what: 'This invitation has been used or has expired.',
    next: 'Ask an admin for a new link.',
  },
  'auth.api_key_invalid': {
    what: 'This API key is not valid, has expired or was revoked.',
    next: 'Make a new key, or ask its owner for one.',
  },
  'auth.api_key_address': {
    what: 'This API key may not be used from this address.',
    next: 'Add the address to the key’s allowed addresses.',
  },
  'auth.api_key_scope': {
    what: 'This API key does not have the scope for this.',
    next: 'Make a key with the scope that the API reference names.',
  },
  'api_keys.not_found': { what: 'There is no such API key.', next: 'Reload the list of keys.' },
  'api_keys.not_active': {
    what: 'This API key has been revoked or has expired.',
    next: 'Make a new key instead.',
  },
  'api_keys.limit_reached': {
    what: 'This account has as many API keys as it can have.',
    next: 'Revoke a key that is not used any more.',
  },

  'webhooks.not_found': { what: 'There is no such webhook.', next: 'Reload the list of webhooks.' },
  'webhooks.delivery_not_found': {
    what: 'There is no such delivery; old ones are forgotten.',
    next: 'Reload the list of deliveries.',
  },
  'webhooks.limit_reached': {
    what: 'This account has as many webhooks as it can have.',
    next: 'Delete a webhook that is not used any more.',
  },
  'webhooks.disabled': { what: 'This webhook is switched off.', next: 'Enable it and try again.' },
  'webhooks.throttled': {
    what: 'That were too many test messages and replays at once.',
    next: 'Wait a minute and try again.',
  },

  'server.error': {
    what: 'Something went wrong on our side.',
    next: 'Try again, and tell your admin if it keeps happening.',
  },
  'server.unavailable': { what: 'The server is starting, stopping or overloaded.', next: 'Try again in a minute.' },
} satisfies Explanations;
