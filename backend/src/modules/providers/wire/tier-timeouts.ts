import type { Tier } from '@atelier/contracts';

/** Longest that a vendor in the cloud may take for one image, to its last byte. */
export const TIER_TIMEOUTS_MS: Readonly<Record<Tier, number>> = {
  standard: 120_000,
  premium2: 180_000,
  premium4: 300_000,
};
