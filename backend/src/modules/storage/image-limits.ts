/** Largest file that is looked at, in bytes. */
export const IMAGE_MAX_BYTES = 64 * 1024 * 1024;

/** Most pixels that are decoded; the largest image we ask for has 4096 × 4096. */
export const IMAGE_MAX_PIXELS = 64_000_000;
