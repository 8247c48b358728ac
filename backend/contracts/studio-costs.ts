import * as z from 'zod';
import { Credits, Instant, Tier } from './primitives.js';

export const StudioCostsQuery = z.strictObject({
  /** How far back calls and images are counted. */
  days: z.coerce.number().pipe(z.int().min(1).max(366)).default(30),
});
export type StudioCostsQuery = z.infer<typeof StudioCostsQuery>;

/** What a provider's images of one tier brought in and cost. */
export const ProviderCosts = z.strictObject({
  provider: z.string(),
  /** Null for calls that were made before this was recorded. */
  tier: Tier.nullable(),
  /** Calls to the provider, also those that came to nothing. */
  calls: z.int().min(0),
  /** Images that were stored and charged. */
  images: z.int().min(0),
  credits_charged: Credits,
  /** What the vendor asks for the calls in millionths of a US dollar, as far as it is known. */
  cost_micros: z.int().min(0),
  /** Calls that may have been billed, at a cost that is not known. */
  unknown_costs: z.int().min(0),
  /** The worth of the credits less the costs, in millionths of a US dollar; null while no worth of a credit is set. */
  margin_micros: z.int().nullable(),
});
export type ProviderCosts = z.infer<typeof ProviderCosts>;

export const StudioCosts = z.strictObject({
  since: Instant,
  /** What a credit is worth in millionths of a US dollar, as the settings say; null while they do not. */
  credit_value_micros: z.int().min(0).nullable(),
  costs: z.array(ProviderCosts),
});
export type StudioCosts = z.infer<typeof StudioCosts>;
