import { HttpStatus } from '@nestjs/common';
import type { Problem } from '@atelier/contracts';
import type { DomainError, ErrorKind } from '../errors/index.js';

const STATUSES: Record<ErrorKind, HttpStatus> = {
  malformed: HttpStatus.BAD_REQUEST,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  insufficient_credits: HttpStatus.PAYMENT_REQUIRED,
  forbidden: HttpStatus.FORBIDDEN,
  not_found: HttpStatus.NOT_FOUND,
  conflict: HttpStatus.CONFLICT,
  gone: HttpStatus.GONE,
  too_large: HttpStatus.PAYLOAD_TOO_LARGE,
  address_too_long: HttpStatus.URI_TOO_LONG,
  unsupported_media_type: HttpStatus.UNSUPPORTED_MEDIA_TYPE,
  invalid: HttpStatus.UNPROCESSABLE_ENTITY,
  throttled: HttpStatus.TOO_MANY_REQUESTS,
  internal: HttpStatus.INTERNAL_SERVER_ERROR,
  upstream_failed: HttpStatus.BAD_GATEWAY,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
  upstream_timeout: HttpStatus.GATEWAY_TIMEOUT,
  storage_full: HttpStatus.INSUFFICIENT_STORAGE,
};

const TITLES: Record<ErrorKind, string> = {
  malformed: 'The request is malformed',
  unauthenticated: 'Sign in first',
  insufficient_credits: 'Not enough credits',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Conflict',
  gone: 'Gone',
  too_large: 'The request is too large',
  address_too_long: 'The address is too long',
  unsupported_media_type: 'This kind of content is not accepted',
  invalid: 'The request is not valid',
  throttled: 'Too many requests',
  internal: 'Something went wrong on our side',
  upstream_failed: 'The provider failed',
  unavailable: 'Not available right now',
  upstream_timeout: 'The provider timed out',
  storage_full: 'The storage is full',
};

export const statusOf = ({ kind }: Pick<DomainError, 'kind'>): HttpStatus => STATUSES[kind];

/** An error as clients are told about it: RFC 9457. */
export function problemOf(error: DomainError, about: { instance: string; requestId: string }): Problem {
  return {
    type: `urn:atelier:problem:${error.code}`,
    title: TITLES[error.kind],
    status: statusOf(error),
    detail: error.message,
    instance: about.instance,
    code: error.code,
    retryable: error.retryable,
    charged: false,
    request_id: about.requestId,
    ...(error.generationId === undefined ? {} : { generation_id: error.generationId }),
    ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
  };
}
