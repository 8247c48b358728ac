import { DomainError } from '../../platform/errors/index.js';

export const generationNotFound = (): DomainError =>
  new DomainError('studio.generation_not_found', 'not_found', 'There is no such generation.');

/** @param reason which queue is full */
export const queueFull = (reason: string, retryAfterMs: number): DomainError =>
  new DomainError('studio.queue_full', 'throttled', `${reason} Nothing was charged. Try again when some are done.`, {
    retryable: true,
    retryAfterMs,
  });

/** The work was begun several times and never finished: processes stopped, or it outlived its lease. */
export const interrupted = (): DomainError =>
  new DomainError(
    'studio.interrupted',
    'unavailable',
    'The work was interrupted too often. You were not charged. Try again.',
    {
      retryable: true,
    },
  );

/** Nothing that the person or a provider could help. */
export const ourTrouble = (cause: unknown): DomainError =>
  new DomainError('server.error', 'internal', 'Something went wrong on our side. You were not charged. Try again.', {
    retryable: true,
    cause,
  });

export const canceled = (): DomainError =>
  new DomainError('studio.canceled', 'conflict', 'The generation was canceled. You were not charged.');

export const tooManyStreams = (limit: number, retryAfterMs: number): DomainError =>
  new DomainError(
    'studio.too_many_streams',
    'throttled',
    `You may have ${limit} event streams open at a time. Close one, or ask for the generation now and then.`,
    { retryable: true, retryAfterMs },
  );

export const eventIdInvalid = (): DomainError =>
  new DomainError(
    'studio.event_id_invalid',
    'malformed',
    'Last-Event-ID must be the id of a message of an event stream. Leave it out to begin anew.',
  );

export const apiKeyLimitReached = (limit: number): DomainError =>
  new DomainError(
    'credits.key_limit_reached',
    'insufficient_credits',
    `This API key may spend ${limit} credits in a calendar month, and this request goes beyond that.`,
  );
