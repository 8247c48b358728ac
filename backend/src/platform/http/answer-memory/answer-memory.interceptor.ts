import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import type { AnswerMemory } from './answer-memory.js';
import { REPEATABLE_ROUTE } from './repeatable.decorator.js';

/** Hands what repeatable routes answer to the memory, as it was sent. */
@Injectable()
export class AnswerMemoryInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly memory: AnswerMemory,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isRepeatable = this.reflector.get<boolean | undefined>(REPEATABLE_ROUTE, context.getHandler()) === true;
    if (isRepeatable) this.#listen(context.switchToHttp().getRequest(), context.switchToHttp().getResponse());
    return next.handle();
  }

  #listen(request: Request, response: Response): void {
    const send = response.send.bind(response);
    response.send = (body: unknown) => {
      send(body);
      // An object has come back as text by now, since that is how it is sent.
      if (typeof body === 'string') this.memory.remember(request, response, body);
      return response;
    };
  }
}
