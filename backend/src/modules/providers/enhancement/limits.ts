/** More than any answer of a few hundred words, its thoughts included. */
export const ENHANCEMENT_MAX_BYTES = 512 * 1024;

/** Longest that a service may take. */
export const SERVICE_TIMEOUT_MS = 30_000;

/** Lets the same prompt become something else the next time. */
export const TEMPERATURE = 0.7;
