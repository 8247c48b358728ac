import { NotFoundException } from '@nestjs/common';
import type { RequestHandler } from 'express';

/** What every process answers, whatever its role. */
export const OPERATORS_PATHS: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** For processes that serve nobody but their operators: there is nothing at any other address. */
export const operatorsOnly: RequestHandler = (request, _response, next) => {
  if (OPERATORS_PATHS.has(request.path)) next();
  else next(new NotFoundException());
};
