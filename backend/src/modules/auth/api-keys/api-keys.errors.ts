import type { ApiKeyScope } from '@atelier/contracts';
import { DomainError } from '../../../platform/errors/index.js';

/** The same for a key that never was, one that has expired and one that was revoked. */
export const apiKeyInvalid = (): DomainError =>
  new DomainError('auth.api_key_invalid', 'unauthenticated', 'The API key is not valid, has expired or was revoked.');

export const apiKeyAddressRefused = (): DomainError =>
  new DomainError('auth.api_key_address', 'forbidden', 'This API key may not be used from this address.');

/** @param scope the one that the route needs; undefined where no key is accepted */
export const apiKeyScopeMissing = (scope: ApiKeyScope | undefined): DomainError =>
  new DomainError(
    'auth.api_key_scope',
    'forbidden',
    scope === undefined
      ? 'API keys are not accepted here. Sign in to do this.'
      : `This API key does not have the scope "${scope}".`,
  );

export const apiKeyNotFound = (): DomainError =>
  new DomainError('api_keys.not_found', 'not_found', 'There is no such API key.');

export const apiKeyNotActive = (): DomainError =>
  new DomainError('api_keys.not_active', 'conflict', 'This API key has been revoked or has expired. Make a new one.');

export const tooManyApiKeys = (limit: number): DomainError =>
  new DomainError(
    'api_keys.limit_reached',
    'conflict',
    `An account can have ${limit} API keys at a time. Revoke one that is not used any more.`,
  );
