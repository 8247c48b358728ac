import type { Variables } from './variables.js';

/** Who has a limit: an address, a signed-in user, an API key, and all API keys of one user or service account. */
export const LIMIT_NAMES = ['address', 'user', 'key', 'account'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What one of them may have. Infinity: as many as they like. */
export interface Limit {
  /** Requests a minute. */
  readonly requests: number;
  /** Requests that are being answered at the same time. */
  readonly atOnce: number;
}

export type Limits = Readonly<Record<LimitName, Limit>>;

export function limitsOf(variables: Variables): Limits {
  const atOnce = orNone(variables.CONCURRENCY_LIMIT_PRINCIPAL);
  return {
    address: { requests: orNone(variables.RATE_LIMIT_ADDRESS), atOnce: orNone(variables.CONCURRENCY_LIMIT_ADDRESS) },
    user: { requests: orNone(variables.RATE_LIMIT_USER), atOnce },
    // Of its account's places a key may take all: only together do they stand for one principal.
    key: { requests: orNone(variables.RATE_LIMIT_API_KEY), atOnce: Infinity },
    account: { requests: orNone(variables.RATE_LIMIT_ACCOUNT), atOnce },
  };
}

const orNone = (limit: number): number => (limit === 0 ? Infinity : limit);
