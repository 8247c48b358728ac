import * as z from 'zod';
import { MODEL_MAX_LENGTH, PAGE_MAX_LIMIT } from './limits.js';
import { Credits, Instant, ProviderKey, Tier, Uuid, page } from './primitives.js';
import { PROVIDER_ERROR_CATEGORIES } from './provider-errors.js';

/** An enhancer and the model that it used. */
export const Enhancer = z.strictObject({ key: ProviderKey, model: z.string().min(1).max(MODEL_MAX_LENGTH) });
export type Enhancer = z.infer<typeof Enhancer>;

/** A call to a provider for an image, and what it came to; `unknown` where nobody heard how it ended. */
export const ImageAttempt = z.strictObject({
  provider: z.string(),
  outcome: z.enum(['delivered', 'unknown', ...PROVIDER_ERROR_CATEGORIES]),
});
export type ImageAttempt = z.infer<typeof ImageAttempt>;

/**
 * A delivered image. The URLs are relative to the origin of the API, signed, and expire within five minutes:
 * ask again instead of storing them.
 */
export const Image = z.strictObject({
  id: Uuid,
  image_url: z.string().describe("Relative to the API's origin; signed, expires within five minutes."),
  prompt: z.string(),
  enhanced_prompt: z.string().nullable(),
  /** Who enhanced the prompt; null when nobody did, or when the caller brought an enhancement of its own. */
  enhancer: Enhancer.nullable(),
  /** The prompt as the provider rewrote it, where it says that it did. */
  revised_prompt: z.string().nullable(),
  provider: z.string(),
  tier: Tier,
  credits_spent: Credits,
  created_at: Instant,
  width: z.int().positive(),
  height: z.int().positive(),
  mime: z.string(),
  bytes: z.int().positive(),
  model: z.string(),
  seed: z.int().nullable(),
  /** Base64 of a thumbhash, the blurred placeholder; empty while the thumbnails are being made. */
  thumbhash: z.string(),
  thumbnail_urls: z
    .strictObject({ '256': z.string(), '512': z.string() })
    .describe(
      "WebP by the length of the short edge; relative to the API's origin, signed, expires within five minutes.",
    ),
  generation_id: Uuid,
  /** Every call that was made for it, in order; the last is the one that delivered. Only images are paid for, not calls. */
  attempts: z.array(ImageAttempt).min(1),
  /** The provider's name for the work, e.g. `mock-0123456789ab`. */
  job_id: z.string(),
  /** Milliseconds from the request to the stored image. */
  duration_ms: z.int().min(0),
});
export type Image = z.infer<typeof Image>;

export const MyCreationsQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(PAGE_MAX_LIMIT)).default(50),
  offset: z.coerce.number().pipe(z.int().min(0).max(1_000_000)).default(0),
  /** Takes the place of `offset`. */
  cursor: z.string().max(500).optional(),
  tier: Tier.optional(),
  provider: z.string().max(40).optional(),
});
export type MyCreationsQuery = z.infer<typeof MyCreationsQuery>;

export const MyCreations = z.strictObject({
  images: z.array(Image),
  /** How many images there are in all that match the filters. */
  total: z.int().min(0),
  next_cursor: z.string().nullable().optional(),
});
export type MyCreations = z.infer<typeof MyCreations>;

export const GalleryQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(PAGE_MAX_LIMIT)).default(50),
  cursor: z.string().max(500).optional(),
  tier: Tier.optional(),
  provider: z.string().max(40).optional(),
});
export type GalleryQuery = z.infer<typeof GalleryQuery>;

export const ImagePage = page(Image);
export type ImagePage = z.infer<typeof ImagePage>;

/** A paid image whose file is gone, or is not the one that was recorded. */
export const MissingObject = z.strictObject({
  image_id: Uuid,
  storage_key: z.string(),
  problem: z.enum(['missing', 'damaged']),
  found_at: Instant,
});
export type MissingObject = z.infer<typeof MissingObject>;

/** What the search for such images has found so far. */
export const MissingObjectsReport = z.strictObject({
  missing: z.int().min(0),
  damaged: z.int().min(0),
  /** The newest 100. */
  objects: z.array(MissingObject),
  /** When it last looked; null before the first time. */
  probed_at: Instant.nullable(),
  /** When it had been through all images; null before the first time. */
  complete_at: Instant.nullable(),
});
export type MissingObjectsReport = z.infer<typeof MissingObjectsReport>;
