import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

export const REQUEST_ID_HEADER = 'X-Request-Id';

/** Keeps the caller's id when it is harmless to log, else makes one; every answer carries it, a refused body's too. */
export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.headers['x-request-id'];
  response.setHeader(REQUEST_ID_HEADER, requestIdOf(typeof given === 'string' ? given : undefined));
  next();
};

export const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
