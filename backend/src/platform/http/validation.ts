import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { FieldError } from '@atelier/contracts';
import { DomainError } from '../errors/index.js';

/** Most fields that one answer names. */
const MAX_ERRORS = 50;

/** Checks bodies, queries and parameters against the schema on the route. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => {
    const errors: FieldError[] = issues.slice(0, MAX_ERRORS).map(({ path, message }) => ({
      path: (path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.'),
      message,
    }));
    const first = errors[0];
    const detail = first ? `${first.path || 'The request'}: ${first.message}` : 'The request is not valid.';
    return new DomainError('request.invalid', 'invalid', detail, { errors });
  },
});
