import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DomainError } from '../errors/index.js';

/**
 * Keys that would reach an object's prototype. The framework strips them from a body before it is validated;
 * carrying out a request without a part of it would be worse than refusing it.
 */
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];

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
    const key = prototypeKeyIn(request.body);
    if (key !== undefined) {
      throw new DomainError('request.invalid', 'invalid', `The key "${key}" is not allowed anywhere in the body.`, {
        errors: [{ path: key, message: 'is not allowed' }],
      });
    }
    return next.handle();
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Looks level by level rather than recursively: a body may be nested as deeply as its size allows. */
function prototypeKeyIn(body: unknown): string | undefined {
  const waiting: unknown[] = [body];
  for (const value of waiting) {
    if (typeof value !== 'object' || value === null) continue;
    const key = PROTOTYPE_KEYS.find((candidate) => Object.hasOwn(value, candidate));
    if (key !== undefined) return key;
    for (const child of Object.values(value)) waiting.push(child);
  }
  return undefined;
}
