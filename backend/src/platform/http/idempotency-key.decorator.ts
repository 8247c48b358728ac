import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/index.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

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
