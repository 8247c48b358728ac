import type { ProviderErrorCategory } from '../provider-error.js';

/** When a provider is left alone, and for how long. */
export interface BreakerLimits {
  /** So many failures among so many of the last calls, none of them older than the window. */
  readonly failures: number;
  readonly calls: number;
  readonly windowMs: number;
  /** The first rest; every further one is twice as long, up to the longest. */
  readonly restMs: number;
  readonly longestRestMs: number;
  /** How long a probe may take before another one is made: longer than the longest call. */
  readonly probeMs: number;
}

/** Injection token. */
export const BREAKER_LIMITS = Symbol('BREAKER_LIMITS');

/**
 * Three quarters of the last twenty: a provider that delivers every other image is slow, not down. Ten minutes, so that
 * calls that hang until their deadline add up even where few are made at a time.
 */
export const DEFAULT_BREAKER_LIMITS: BreakerLimits = {
  failures: 15,
  calls: 20,
  windowMs: 10 * 60_000,
  restMs: 30_000,
  longestRestMs: 5 * 60_000,
  probeMs: 6 * 60_000,
};

/**
 * Failures that a rest may heal. What a person asked for never counts; nor do refused credentials or a used-up quota,
 * which no rest heals and whose message tells an administrator what to do; nor does a provider that is busy, which says
 * itself when to come back.
 */
export const HELD_AGAINST: readonly ProviderErrorCategory[] = ['provider_unavailable', 'timeout'];
