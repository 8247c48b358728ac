import * as z from 'zod';
import { type ApiKey, ApiKeyScope } from '@atelier/contracts';
import { toInstant, toInstantOrNull } from '../../../platform/time/index.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyPrefixOf } from './api-key-token.js';

const Scopes = z.array(ApiKeyScope);
const Addresses = z.array(z.string());

export const scopesOf = ({ scopes }: Pick<ApiKeyEntity, 'scopes'>): ApiKeyScope[] => Scopes.parse(scopes.split(' '));

export const addressesOf = ({ allowedAddresses }: Pick<ApiKeyEntity, 'allowedAddresses'>): string[] =>
  Addresses.parse(JSON.parse(allowedAddresses));

export const isApiKeyActive = (
  { revokedAt, expiresAt }: Pick<ApiKeyEntity, 'revokedAt' | 'expiresAt'>,
  nowMs: number,
): boolean => revokedAt === null && (expiresAt === null || expiresAt > nowMs);

export interface ApiKeySurroundings {
  readonly nowMs: number;
  readonly names: ReadonlyMap<number, string>;
  readonly creditsThisMonth: number;
}

/** What the owner and administrators see of a key. */
export function apiKeyView(key: ApiKeyEntity, { nowMs, names, creditsThisMonth }: ApiKeySurroundings): ApiKey {
  const isRotating = key.previousValidUntil !== null && key.previousValidUntil > nowMs;
  const person = (id: number): { id: number; name: string } => ({ id, name: names.get(id) ?? 'A removed user' });
  return {
    id: key.id,
    name: key.name,
    prefix: apiKeyPrefixOf(key.id),
    secret_last4: key.secretLast4,
    scopes: scopesOf(key),
    status: statusOf(key, nowMs, isRotating),
    user: person(key.userId),
    created_at: toInstant(key.createdAt),
    created_by: person(key.createdBy),
    expires_at: toInstantOrNull(key.expiresAt),
    revoked_at: toInstantOrNull(key.revokedAt),
    last_used_at: toInstantOrNull(key.lastUsedAt),
    previous_valid_until: isRotating ? toInstantOrNull(key.previousValidUntil) : null,
    monthly_credit_limit: key.monthlyCreditLimit,
    credits_this_month: creditsThisMonth,
    allowed_addresses: addressesOf(key),
  };
}

function statusOf(key: ApiKeyEntity, nowMs: number, isRotating: boolean): ApiKey['status'] {
  if (key.revokedAt !== null) return 'revoked';
  if (!isApiKeyActive(key, nowMs)) return 'expired';
  return isRotating ? 'rotating' : 'active';
}
