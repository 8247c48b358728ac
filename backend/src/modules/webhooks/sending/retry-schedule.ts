const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses after the first attempt and each further one: that of Standard Webhooks, a little more than three days. */
const PAUSES_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** How often a message is sent at most. */
export const MAX_ATTEMPTS = PAUSES_MS.length + 1;

/** By how much a pause may be longer, so that what failed together does not come back together. */
const JITTER = 0.2;

/** Longest that a receiver may ask to be left alone. */
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

/**
 * How long to wait after an attempt that failed; undefined when it was the last one.
 * @param attempts how many there were
 * @param retryAfterMs what the receiver has asked for
 */
export function pauseAfter(attempts: number, retryAfterMs = 0): number | undefined {
  const pauseMs = PAUSES_MS[attempts - 1];
  if (pauseMs === undefined) return undefined;
  return Math.max(
    Math.round(pauseMs * (1 + JITTER * Math.random())),
    Math.min(Math.max(retryAfterMs, 0), RETRY_AFTER_MAX_MS),
  );
}
