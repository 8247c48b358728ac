import * as z from 'zod';
import { ProviderErrorCategory } from './provider-errors.js';
import { AspectRatio, Instant, Tier, UserId } from './primitives.js';
import { ProviderStatus } from './studio.js';

/** Those who make images or improve prompts for others, and are reached by an address and often a key. */
export const VENDORS = ['openai', 'huggingface', 'gemini', 'openai_compatible', 'ollama'] as const;
export const VendorKey = z.enum(VENDORS);
export type VendorKey = z.infer<typeof VendorKey>;

/** Where something comes from: the console wins over the environment, and that over what we know ourselves. */
export const CONNECTION_SOURCES = ['environment', 'console', 'default'] as const;
export const ConnectionSource = z.enum(CONNECTION_SOURCES);
export type ConnectionSource = z.infer<typeof ConnectionSource>;

/** With what a vendor is reached. The key itself is never told. */
export const ProviderConnection = z.strictObject({
  /** Without a slash at the end; null where none is known. */
  base_url: z.string().nullable(),
  base_url_source: ConnectionSource.nullable(),
  /** The address that applies when the console's is removed; null where there is none. */
  fallback_base_url: z.string().nullable(),
  has_key: z.boolean(),
  /** The key's end, to recognise it by; null where there is no key or it is too short to tell a part of it. */
  key_last4: z.string().max(4).nullable(),
  key_source: z.enum(['environment', 'console']).nullable(),
  /** Whether the vendor is of use without a key, or takes none at all. */
  key_need: z.enum(['required', 'optional', 'none']),
  /** When and by whom it was last changed in the console; null where it never was. */
  updated_at: Instant.nullable(),
  updated_by: z.strictObject({ id: UserId, name: z.string() }).nullable(),
});
export type ProviderConnection = z.infer<typeof ProviderConnection>;

export const PROVIDER_HEALTH_STATES = ['ok', 'failing', 'resting', 'unknown'] as const;
export const ProviderHealthState = z.enum(PROVIDER_HEALTH_STATES);
export type ProviderHealthState = z.infer<typeof ProviderHealthState>;

/** How a provider has done lately. */
export const ProviderHealthReport = z.strictObject({
  /** `resting`: it failed so often that it is left alone. `unknown`: nobody asked anything of it lately. */
  state: ProviderHealthState,
  resting_until: Instant.nullable(),
  /** The last failure that was the provider's, not a prompt's; null when it has delivered since. */
  last_error: z.strictObject({ category: ProviderErrorCategory, message: z.string(), at: Instant }).nullable(),
  /** Median milliseconds per image; null where none was made lately. */
  median_ms: z.strictObject({
    standard: z.int().min(0).nullable(),
    premium2: z.int().min(0).nullable(),
    premium4: z.int().min(0).nullable(),
  }),
});
export type ProviderHealthReport = z.infer<typeof ProviderHealthReport>;

/** With what a provider makes the images of one tier. */
export const ProviderTier = z.strictObject({
  key: Tier,
  /** Empty for the offline mock, which has none to choose. */
  model: z.string(),
  quality: z.string().nullable(),
  sizes: z.array(z.strictObject({ aspect_ratio: AspectRatio, width: z.int().positive(), height: z.int().positive() })),
  /** What one image costs at the vendor as a rule, in millionths of a US dollar; null when that is not known. */
  cost_micros: z.int().min(0).nullable(),
});
export type ProviderTier = z.infer<typeof ProviderTier>;

export const AdminProvider = z.strictObject({
  key: z.string(),
  label: z.string(),
  /** What it does: make images, enhance prompts, or both. */
  kind: z.enum(['image', 'enhancer', 'both']),
  /** Null for the offline mock, which needs no connection. */
  vendor: VendorKey.nullable(),
  /** Whether images may be asked of it, or prompts where it makes no images. */
  enabled: z.boolean(),
  status: ProviderStatus,
  connection: ProviderConnection.nullable(),
  health: ProviderHealthReport,
  /** The tiers that it offers; empty where it makes no images. */
  tiers: z.array(ProviderTier),
});
export type AdminProvider = z.infer<typeof AdminProvider>;

export const AdminProviders = z.strictObject({ providers: z.array(AdminProvider) });
export type AdminProviders = z.infer<typeof AdminProviders>;

/** Longest key and address that are taken, in characters. */
export const API_KEY_MAX_LENGTH = 4_096;
export const BASE_URL_MAX_LENGTH = 500;

/**
 * What is left out stays as it is; null removes it, so that the environment's applies again. A key belongs to its
 * address: another address forgets the stored key, unless a key comes along.
 */
export const ProviderCredentialsChange = z
  .strictObject({
    api_key: z
      .string()
      .max(API_KEY_MAX_LENGTH, `must be at most ${API_KEY_MAX_LENGTH} characters`)
      .nullable()
      .optional(),
    base_url: z
      .string()
      .max(BASE_URL_MAX_LENGTH, `must be at most ${BASE_URL_MAX_LENGTH} characters`)
      .nullable()
      .optional(),
  })
  .refine((change) => change.api_key !== undefined || change.base_url !== undefined, 'must change api_key or base_url');
export type ProviderCredentialsChange = z.infer<typeof ProviderCredentialsChange>;

/** What a vendor said when it was asked whether key and address work; no image is made for it. */
export const ProviderTestResult = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    latency_ms: z.int().min(0),
    /** The models that the vendor says it has, as far as it tells. */
    models: z.array(z.string()),
    /** What to see to before an image fails, such as a model that its vendor is about to shut down. */
    warnings: z.array(z.string()),
  }),
  z.strictObject({
    ok: z.literal(false),
    category: ProviderErrorCategory,
    message: z.string(),
    retryable: z.boolean(),
    http_status: z.int().nullable(),
    /** One word: the vendor's or the system's own name for what went wrong. */
    provider_code: z.string().nullable(),
    /** The vendor's id of the request, for its support. */
    request_id: z.string().nullable(),
  }),
]);
export type ProviderTestResult = z.infer<typeof ProviderTestResult>;
