import * as z from 'zod';
import { Enhancer, Image } from './gallery.js';
import { GENERATION_MAX_COUNT, PROMPT_MAX_LENGTH } from './limits.js';
import { AspectRatio, Credits, Instant, ProviderKey, Tier, Uuid } from './primitives.js';
import { ProblemCode } from './problem.js';

/** Text that a person wrote: any script and emoji, line breaks and tabs, but no other control characters. */
export const Prompt = z
  .string()
  .max(PROMPT_MAX_LENGTH, `must be at most ${PROMPT_MAX_LENGTH} characters`)
  .refine((text) => text.trim().length > 0, 'must not be empty')
  .refine(
    (text) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(text),
    'must not contain control characters',
  )
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

export const GenerateRequest = z
  .strictObject({
    prompt: Prompt,
    tier: Tier,
    /** `auto` (the default setting) picks the best provider that is ready. */
    provider: ProviderKey.optional(),
    count: z.int().min(1).max(GENERATION_MAX_COUNT).default(1),
    /** Enhance the prompt first; excludes `enhanced_prompt`. */
    enhance: z.boolean().default(false),
    /** A reviewed enhancement: the image is made from it, `prompt` is kept as the original. */
    enhanced_prompt: Prompt.optional(),
    /** Who made `enhanced_prompt`, as the answer of the enhancer says; kept with the image. */
    enhancer: Enhancer.optional(),
    aspect_ratio: AspectRatio.default('1:1'),
    seed: z.int().min(0).max(4_294_967_295).optional(),
    /** Up to 16 labels of the caller's own, returned as given. */
    metadata: z
      .record(z.string().min(1).max(40), z.string().max(200))
      .refine((labels) => Object.keys(labels).length <= 16, 'must have at most 16 keys')
      .optional(),
  })
  .refine((request) => !(request.enhance && request.enhanced_prompt !== undefined), {
    path: ['enhance'],
    message: 'must be false when enhanced_prompt is given',
  })
  .refine((request) => request.enhancer === undefined || request.enhanced_prompt !== undefined, {
    path: ['enhancer'],
    message: 'must not be given without enhanced_prompt',
  });
export type GenerateRequest = z.infer<typeof GenerateRequest>;

export const GENERATION_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'partially_succeeded',
  'failed',
  'canceled',
] as const;
export const GenerationStatus = z.enum(GENERATION_STATUSES);
export type GenerationStatus = z.infer<typeof GenerationStatus>;

export const GenerationError = z.strictObject({
  code: ProblemCode,
  detail: z.string(),
  retryable: z.boolean(),
  charged: z.boolean(),
});
export type GenerationError = z.infer<typeof GenerationError>;

export const Generation = z.strictObject({
  id: Uuid,
  status: GenerationStatus,
  prompt: z.string(),
  enhanced_prompt: z.string().nullable(),
  /** Who enhanced the prompt; null when nobody did, or when the caller brought an enhancement of its own. */
  enhancer: Enhancer.nullable(),
  tier: Tier,
  /** The provider that was asked for; each image names the one that made it. */
  provider: z.string(),
  count: z.int().positive(),
  aspect_ratio: AspectRatio,
  credits: z.strictObject({
    /** Frozen when the generation was accepted: price of the tier × count. */
    quoted: Credits,
    /** Sum over the delivered images. */
    charged: Credits,
  }),
  images: z.array(Image),
  /** Whether another provider took an image over from the one that `auto` had chosen. */
  fallback_used: z.boolean(),
  error: GenerationError.nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
  urls: z.strictObject({
    get: z.string(),
    cancel: z.string(),
    /** Server-sent events, until the generation is finished. */
    events: z.string(),
  }),
  /** The place of a generation that waits, by the order of turns; null as soon as its first image is begun. */
  queue: z
    .strictObject({
      /** 1 when it is next. */
      position: z.int().positive(),
      /** Generations that wait, this one included. */
      of: z.int().positive(),
      /** Milliseconds until its first image is begun, as a rule; null when nothing is known about how long images take. */
      starts_in_ms: z.int().min(0).nullable(),
    })
    .nullable(),
  /**
   * Milliseconds that one image of this tier takes its provider as a rule, from its start: the median of recent images.
   * Null when none was made lately, and when the generation is finished.
   */
  expected_duration_ms: z.int().min(0).nullable(),
  created_at: Instant,
  started_at: Instant.nullable(),
  completed_at: Instant.nullable(),
  /** The three below repeat the image of a single-image generation that succeeded. */
  image_url: z.string().optional(),
  credits_spent: Credits.optional(),
  job_id: z.string().optional(),
});
export type Generation = z.infer<typeof Generation>;

export const TierOption = z.strictObject({
  key: Tier,
  label: z.string(),
  /** Price of one image, in credits. */
  credits: Credits,
  width: z.int().positive(),
  height: z.int().positive(),
  enabled: z.boolean(),
  /** Why it can't be chosen, when it can't. */
  reason: z.string().optional(),
});
export type TierOption = z.infer<typeof TierOption>;

export const PROVIDER_STATUSES = ['ready', 'slow', 'unavailable', 'not_configured'] as const;
export const ProviderStatus = z.enum(PROVIDER_STATUSES);
export type ProviderStatus = z.infer<typeof ProviderStatus>;

export const ProviderOption = z.strictObject({
  key: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  status: ProviderStatus,
  tiers: z.array(Tier),
  aspect_ratios: z.array(AspectRatio),
  max_count: z.int().positive(),
  supports: z.strictObject({ seed: z.boolean() }),
});
export type ProviderOption = z.infer<typeof ProviderOption>;

/** What the studio's form may offer right now. */
export const StudioOptions = z.strictObject({
  tiers: z.array(TierOption),
  providers: z.array(ProviderOption),
  default_provider: z.string(),
  enhancer: z.strictObject({
    /** The enhancer that answers now: the configured one, or the offline mock until that one is ready. */
    key: z.string(),
    label: z.string(),
    ready: z.boolean(),
    /** Why it may not answer, when it is not ready or has just failed. Administrators are told more than others. */
    reason: z.string().optional(),
  }),
});
export type StudioOptions = z.infer<typeof StudioOptions>;

export const EnhancePromptRequest = z.strictObject({
  prompt: Prompt,
  /** Who is to make the image: the suggestion gets no longer than its model reads. */
  provider: ProviderKey.optional(),
});
export type EnhancePromptRequest = z.infer<typeof EnhancePromptRequest>;

export const EnhancedPrompt = z.strictObject({
  prompt: z.string(),
  enhanced_prompt: z.string(),
  provider: z.string(),
  model: z.string(),
});
export type EnhancedPrompt = z.infer<typeof EnhancedPrompt>;
