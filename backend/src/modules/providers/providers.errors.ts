import type { FieldError } from '@atelier/contracts';
import { DomainError } from '../../platform/errors/index.js';

export const providerNotFound = (): DomainError =>
  new DomainError('providers.not_found', 'not_found', 'There is no such provider.');

export const connectionFixed = (label: string): DomainError =>
  new DomainError('providers.connection_fixed', 'invalid', `${label} needs no connection, so there is none to change.`);

/** @param errors completing "The key …" and "The address …" */
export function credentialsInvalid(errors: readonly FieldError[]): DomainError {
  const sentence = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
  return new DomainError('providers.credentials_invalid', 'invalid', `Nothing was changed: ${sentence}.`, { errors });
}

export const testThrottled = (retryAfterMs: number): DomainError =>
  new DomainError(
    'providers.test_throttled',
    'throttled',
    'This connection was tested several times just now. Try again in a moment.',
    { retryable: true, retryAfterMs },
  );
