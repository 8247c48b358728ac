import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { PUBLIC_ROUTE } from '../../../platform/http/public.decorator.js';
import { SESSION_STRATEGY } from '../../../platform/http/session-strategy.js';
import { STREAM_TICKET_STRATEGY } from '../strategies/stream-ticket.strategy.js';
import { STREAM_TICKET_ROUTE } from './accepts-stream-ticket.decorator.js';

const TicketGuard = AuthGuard(STREAM_TICKET_STRATEGY);

/** Runs on every route: without `@Public()` a request needs a valid access token, or a ticket where those are taken. */
@Injectable()
export class SessionGuard extends AuthGuard(SESSION_STRATEGY) {
  readonly #tickets = new TicketGuard();

  constructor(@Inject(Reflector) private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#is(PUBLIC_ROUTE, context)) return true;
    const { headers, query } = context.switchToHttp().getRequest<Request>();
    const hasTicket =
      headers.authorization === undefined && 'ticket' in query && this.#is(STREAM_TICKET_ROUTE, context);
    return (await (hasTicket ? this.#tickets.canActivate(context) : super.canActivate(context))) === true;
  }

  #is(mark: string, context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean | undefined>(mark, targets) === true;
  }
}
