import * as z from 'zod';
import { Credits, Instant, PageQuery, UserId, page } from './primitives.js';
import { DisplayName } from './session.js';

export const API_KEY_SCOPES = [
  'generate',
  'images:read',
  'images:write',
  'credits:read',
  'webhooks',
  'admin:settings',
  'admin:users',
  'admin:credits',
  'admin:audit',
] as const;
/**
 * What a key may be allowed to do. None of them goes beyond what the key's account may do itself at that moment.
 * `images:write` stands for changing and removing images: no operation asks for it yet, so that it opens nothing today.
 */
export const ApiKeyScope = z.enum(API_KEY_SCOPES);
export type ApiKeyScope = z.infer<typeof ApiKeyScope>;

/** The public part of a key, by which people recognise it. */
export const ApiKeyId = z.string().regex(/^[0-9a-z]{12}$/, 'must be the id of an API key');

/** `rotating`: the secret before the last rotation is still accepted as well. */
export const API_KEY_STATUSES = ['active', 'rotating', 'expired', 'revoked'] as const;

/** Longest time for which an old secret may live on after a rotation: a week, in seconds. */
export const API_KEY_GRACE_MAX_S = 7 * 24 * 60 * 60;

/** An address, or a network as `address/length`. */
const Network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address, or a network such as 10.0.0.0/8',
});

const AllowedAddresses = z.array(Network).max(50);
const MonthlyLimit = Credits.nullable();
const ExpiresAt = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 instant, such as 2027-01-31T00:00:00Z' })
  .nullable();

export const ApiKey = z.strictObject({
  id: ApiKeyId,
  name: z.string(),
  /** How the key begins; the rest is known to its holder alone. */
  prefix: z.string(),
  /** How its secret ends, which tells the secret before a rotation from the one after; null for older keys. */
  secret_last4: z.string().nullable(),
  scopes: z.array(ApiKeyScope),
  status: z.enum(API_KEY_STATUSES),
  /** The account that the key acts for and whose credits it spends. */
  user: z.strictObject({ id: UserId, name: z.string() }),
  created_at: Instant,
  created_by: z.strictObject({ id: UserId, name: z.string() }).nullable(),
  expires_at: Instant.nullable(),
  revoked_at: Instant.nullable(),
  /** To within five minutes. */
  last_used_at: Instant.nullable(),
  /** Until when the secret before the last rotation is accepted as well. */
  previous_valid_until: Instant.nullable(),
  /** Most credits that the key may spend in a calendar month (UTC); null is no limit of its own. */
  monthly_credit_limit: MonthlyLimit,
  /** Spent and held in this calendar month (UTC). */
  credits_this_month: Credits,
  /** Where the key may be used from; empty is anywhere. */
  allowed_addresses: z.array(z.string()),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** A key together with its secret, which is shown this once. */
export const IssuedApiKey = z.strictObject({ ...ApiKey.shape, key: z.string() });
export type IssuedApiKey = z.infer<typeof IssuedApiKey>;

export const ApiKeyPage = page(ApiKey);
export type ApiKeyPage = z.infer<typeof ApiKeyPage>;

export const ApiKeyQuery = z
  .strictObject({
    ...PageQuery.shape,
    /** Administrators may look at the keys of any account; one's own when left out. */
    user_id: z.coerce.number().pipe(UserId).optional(),
    /** Administrators may look at the keys of all service accounts together. */
    user_kind: z.literal('service').optional(),
  })
  .refine((query) => query.user_id === undefined || query.user_kind === undefined, {
    path: ['user_kind'],
    error: 'must not be given together with user_id',
  });
export type ApiKeyQuery = z.infer<typeof ApiKeyQuery>;

export const CreateApiKeyRequest = z.strictObject({
  name: DisplayName,
  scopes: z
    .array(ApiKeyScope)
    .min(1, 'must name at least one scope')
    .refine((scopes) => new Set(scopes).size === scopes.length, 'must not name a scope twice'),
  expires_at: ExpiresAt.optional(),
  monthly_credit_limit: MonthlyLimit.optional(),
  allowed_addresses: AllowedAddresses.optional(),
  /** The service account to make the key for, by an administrator; one's own account when left out. */
  user_id: UserId.optional(),
});
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;

/** The scopes of a key never change: make another key instead. */
export const UpdateApiKeyRequest = z
  .strictObject({
    name: DisplayName.optional(),
    expires_at: ExpiresAt.optional(),
    monthly_credit_limit: MonthlyLimit.optional(),
    allowed_addresses: AllowedAddresses.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field');
export type UpdateApiKeyRequest = z.infer<typeof UpdateApiKeyRequest>;

export const RotateApiKeyRequest = z.strictObject({
  /** For how many seconds the old secret is accepted beside the new one; 0 ends it at once. */
  grace_seconds: z.int().min(0).max(API_KEY_GRACE_MAX_S).default(0),
});
export type RotateApiKeyRequest = z.infer<typeof RotateApiKeyRequest>;
