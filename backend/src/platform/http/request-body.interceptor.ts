import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DomainError } from '../errors/index.js';

/**
 * Keys that would reach an object's prototype. The framework strips them from a body before it is validated;
 * carrying out a request without a part of it would be worse than refusing it.
 */
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** Far beyond everything that a schema of ours takes: what is larger is not looked at any closer. */
const DEPTH_MAX = 32;
const MEMBERS_MAX = 1_000;

/** Refuses bodies that would not arrive as they were sent. Runs after the guards, so nothing is learned without a session. */
@Injectable()
export class RequestBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    if (hasBody(request) && request.is('json') === false) {
      throw new DomainError(
        'request.unsupported_media_type',
        'unsupported_media_type',
        'Send the body as JSON in UTF-8.',
      );
    }
    assertReasonable(request.body);
    return next.handle();
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Looks level by level rather than recursively: a body may be nested as deeply as its size allows.
 * @throws DomainError `request.invalid`
 */
function assertReasonable(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 1; level.length > 0; depth += 1) {
    const containers = level.filter((value) => typeof value === 'object' && value !== null);
    if (depth > DEPTH_MAX && containers.length > 0)
      throw refused('', `must not be nested deeper than ${DEPTH_MAX} levels`);
    level = containers.flatMap((container) => {
      const key = PROTOTYPE_KEYS.find((candidate) => Object.hasOwn(container, candidate));
      if (key !== undefined) throw refused(key, 'is not allowed anywhere in the body');
      const members: unknown[] = Object.values(container);
      if (members.length > MEMBERS_MAX) throw refused('', `must not have lists or objects of more than ${MEMBERS_MAX}`);
      return members;
    });
  }
}

const refused = (path: string, message: string): DomainError =>
  new DomainError('request.invalid', 'invalid', `${path === '' ? 'The body' : `The key "${path}"`} ${message}.`, {
    errors: [{ path, message }],
  });
