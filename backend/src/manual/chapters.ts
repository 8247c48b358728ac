import type { Manual } from '../platform/http/docs/manual.js';

/** The tags of operations in the order in which somebody reads them who begins. */
export const CHAPTERS: Manual['chapters'] = [
  {
    name: 'Session',
    description:
      'Signing in as a person. `signIn` answers an access token, which lasts some minutes, and sets a refresh cookie, ' +
      'which `refreshSession` exchanges for the next pair; a refresh token that is used twice ends the session. These ' +
      'operations may only be called from the console’s own origin, or from no page at all. Programs use API keys instead.',
  },
  {
    name: 'API keys',
    description:
      'A key acts for an account and spends its credits, within its scopes, its monthly limit and the addresses that it ' +
      'may come from. Its secret is shown once. A key can’t make or change keys: that takes a person.',
  },
  {
    name: 'Studio',
    description:
      'Making images. `getStudioOptions` says what can be chosen and what it costs; `generate` waits up to a minute for ' +
      'the images, or answers at once with `Prefer: respond-async`. Whoever does not wait asks `getGeneration` now and ' +
      'then, follows an event stream, or has a webhook called.',
  },
  {
    name: 'Gallery',
    description:
      'The images that were made. Links to files are signed and expire within five minutes: read the image again instead ' +
      'of storing them. Only your own images are there.',
  },
  {
    name: 'Credits',
    description:
      'What may be spent. A generation holds its price when it is accepted; each image that is stored captures its part, ' +
      'the rest is released. The statement has a line for each of these; `granted` is always `available + held + consumed`.',
  },
  {
    name: 'OpenAI-compatible',
    description:
      'For programs that speak to OpenAI already: change the base URL to this server’s `/v1` and the key to one with the ' +
      'scope `generate`. Errors have OpenAI’s shape here.',
  },
  {
    name: 'Webhooks',
    description:
      'Being told when work is done, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, ' +
      '`webhook-signature`). Messages hold ids and numbers alone. One that is not answered with 2xx within ten seconds is ' +
      'sent again, under the same id; they may arrive in any order.',
  },
  {
    name: 'Users',
    description: 'For administrators: people and service accounts, their roles, and invitations.',
  },
  {
    name: 'Settings',
    description: 'For administrators: prices, models and limits. A change is in force at once, in every process.',
  },
  {
    name: 'Providers',
    description:
      'For administrators: the vendors that make images and improve prompts, with what they are reached, and how they do. ' +
      'Keys go in and never come out.',
  },
  {
    name: 'Audit log',
    description:
      'For administrators: who changed what, from where, with what was there before and after. Entries are chained by ' +
      'hashes and never changed.',
  },
  {
    name: 'Operations',
    description: 'For whoever runs the server: whether it lives, and whether it can work.',
  },
];
