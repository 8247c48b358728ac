import { DomainError } from '../../platform/errors/index.js';

const RETRY_AFTER_MS = 5_000;

export function storageFull(cause?: unknown): DomainError {
  return new DomainError('storage.full', 'storage_full', 'There is no space left to store images.', {
    retryable: true,
    cause,
  });
}

export function storageUnavailable(cause?: unknown): DomainError {
  return new DomainError(
    'storage.unavailable',
    'unavailable',
    'Images can not be stored or read right now. Try again.',
    {
      retryable: true,
      retryAfterMs: RETRY_AFTER_MS,
      cause,
    },
  );
}

export function objectNotFound(cause?: unknown): DomainError {
  return new DomainError('storage.object_not_found', 'not_found', 'This image does not exist.', { cause });
}

export function linkInvalid(): DomainError {
  return new DomainError('storage.link_invalid', 'forbidden', 'This link is not valid.');
}

export function linkExpired(): DomainError {
  return new DomainError('storage.link_expired', 'forbidden', 'This link has expired. Ask for the image again.', {
    retryable: false,
  });
}
