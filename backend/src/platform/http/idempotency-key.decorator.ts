import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, type ApiResponseOptions } from '@nestjs/swagger';
import type { Request } from 'express';
import { DomainError } from '../errors/index.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** Says in the document that a route takes the header. */
export const AcceptsIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: IDEMPOTENCY_KEY.source },
  });

/** What an answer that repeats an earlier one carries, for the document. */
export const IDEMPOTENT_REPLAYED: NonNullable<ApiResponseOptions['headers']> = {
  'Idempotent-Replayed': { $ref: '#/components/headers/Idempotent-Replayed' },
};

/** The caller's name for this request: repeats under the same name are carried out once. Undefined when there is none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<Request>().headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new DomainError(
      'request.invalid',
      'invalid',
      'Idempotency-Key must be 1 to 255 printable ASCII characters.',
      {
        errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
      },
    );
  }
  return key;
});
