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
import { DomainError } from '../errors/index.js';
import { isOpenAIRoute, isRetriedByClients, openAIErrorOf, openAIStatus } from './openai-errors.js';
import { problemOf, statusOf } from './problem-of.js';
import { REQUEST_ID_HEADER } from './request-id.js';

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
    const status = statusOf(error);
    if (status >= 500) this.#logger.error({ err: thrown, code: error.code }, error.message);
    else this.#logger.debug({ code: error.code }, error.message);
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    setHeaders(response, error, status);
    const problem = problemOf(error, {
      instance: request.path,
      requestId: String(response.getHeader(REQUEST_ID_HEADER) ?? ''),
    });
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
