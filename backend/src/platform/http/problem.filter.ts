import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Problem } from '@atelier/contracts';
import type { Request, Response } from 'express';
import { isDatabaseUnavailable } from '../database/index.js';
import { DomainError, type ErrorKind } from '../errors/index.js';
import { isOpenAIRoute, isRetriedByClients, openAIErrorOf, openAIStatus } from './openai-errors.js';
import { REQUEST_ID_HEADER } from './request-id.js';

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

/** Seconds that a client is asked to wait where the error does not know better. */
const DEFAULT_RETRY_AFTER_S = 5;

/** Turns everything that is thrown into one shape, RFC 9457, and logs what is our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = toDomainError(thrown);
    const status = STATUSES[error.kind];
    if (status >= 500) this.#logger.error({ err: thrown, code: error.code }, error.message);
    else this.#logger.debug({ code: error.code }, error.message);
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    setHeaders(response, error, status);
    const problem: Problem = {
      type: `urn:atelier:problem:${error.code}`,
      title: TITLES[error.kind],
      status,
      detail: error.message,
      instance: request.path,
      code: error.code,
      retryable: error.retryable,
      charged: false,
      request_id: String(response.getHeader(REQUEST_ID_HEADER) ?? ''),
      ...(error.generationId === undefined ? {} : { generation_id: error.generationId }),
      ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
    };
    if (isOpenAIRoute(request.path)) sendAsOpenAI(response, problem);
    else response.status(status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function sendAsOpenAI(response: Response, problem: Problem): void {
  const status = openAIStatus(problem);
  // Their clients try again after most failures unless they are told whether that makes sense.
  if (isRetriedByClients(status)) response.setHeader('X-Should-Retry', String(problem.retryable));
  response.status(status).json(openAIErrorOf(problem));
}

function setHeaders(response: Response, error: DomainError, status: HttpStatus): void {
  if (status === HttpStatus.UNAUTHORIZED) response.setHeader('WWW-Authenticate', 'Bearer');
  if (error.retryAfterMs !== undefined) {
    response.setHeader('Retry-After', Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
  } else if (status === HttpStatus.SERVICE_UNAVAILABLE || status === HttpStatus.TOO_MANY_REQUESTS) {
    response.setHeader('Retry-After', DEFAULT_RETRY_AFTER_S);
  }
}

function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (thrown instanceof NotFoundException) {
    return new DomainError('route.not_found', 'not_found', 'There is nothing at this address.');
  }
  if (isDatabaseUnavailable(thrown)) {
    return new DomainError('server.unavailable', 'unavailable', 'The database is not available right now. Try again.', {
      retryable: true,
      cause: thrown,
    });
  }
  return fromHttpStatus(httpStatusOf(thrown), thrown);
}

/** Nest's exceptions and the body parser's errors say which status they want. */
function httpStatusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined;
  return typeof status === 'number' ? status : 500;
}

function fromHttpStatus(status: number, cause: unknown): DomainError {
  if (status === 413) {
    return new DomainError('request.too_large', 'too_large', 'The request body is larger than 256 KB.', { cause });
  }
  if (status === 415) {
    return new DomainError(
      'request.unsupported_media_type',
      'unsupported_media_type',
      'Send the body as JSON in UTF-8.',
      {
        cause,
      },
    );
  }
  if (status >= 400 && status < 500) {
    return new DomainError('request.malformed', 'malformed', 'The request could not be read. Is the body valid JSON?', {
      cause,
    });
  }
  return new DomainError('server.error', 'internal', 'Something went wrong on our side. Nothing was charged.', {
    cause,
  });
}
