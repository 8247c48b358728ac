import type { FieldError } from '@atelier/contracts';
import { DomainError } from '../../platform/errors/index.js';

export const webhookNotFound = (): DomainError =>
  new DomainError('webhooks.not_found', 'not_found', 'There is no such webhook.');

export const deliveryNotFound = (): DomainError =>
  new DomainError(
    'webhooks.delivery_not_found',
    'not_found',
    'There is no such delivery. Old ones are forgotten after a month.',
  );

export const tooManyWebhooks = (limit: number): DomainError =>
  new DomainError(
    'webhooks.limit_reached',
    'conflict',
    `An account can have ${limit} webhooks. Delete one that is not used any more.`,
  );

export const webhookDisabled = (): DomainError =>
  new DomainError('webhooks.disabled', 'conflict', 'This webhook is switched off. Enable it first.');

export const webhooksThrottled = (perMinute: number, retryAfterMs: number): DomainError =>
  new DomainError(
    'webhooks.throttled',
    'throttled',
    `At most ${perMinute} test messages and replays can be asked for in a minute.`,
    { retryable: true, retryAfterMs },
  );

export const requestInvalid = (error: FieldError): DomainError =>
  new DomainError('request.invalid', 'invalid', 'The request is not valid.', { errors: [error] });
