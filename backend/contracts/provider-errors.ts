import * as z from 'zod';

/** Why a provider did not deliver. Every answer of every vendor becomes one of these. */
export const PROVIDER_ERROR_CATEGORIES = [
  'content_rejected',
  'rate_limited',
  'quota_exhausted',
  'auth_failed',
  'provider_unavailable',
  'timeout',
  'invalid_request',
  'bad_response',
] as const;
export const ProviderErrorCategory = z.enum(PROVIDER_ERROR_CATEGORIES);
export type ProviderErrorCategory = z.infer<typeof ProviderErrorCategory>;
