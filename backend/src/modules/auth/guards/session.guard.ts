import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { PUBLIC_ROUTE } from '../../../platform/http/public.decorator.js';
import { SESSION_STRATEGY } from '../../../platform/http/session-strategy.js';
import { DOWNLOAD_TICKET_STRATEGY } from '../strategies/download-ticket.strategy.js';
import { STREAM_TICKET_STRATEGY } from '../strategies/stream-ticket.strategy.js';
import { TICKET_ROUTE, type TicketStrategyName } from './accepts-ticket.decorators.js';

const StreamTicketGuard = AuthGuard(STREAM_TICKET_STRATEGY);
const DownloadTicketGuard = AuthGuard(DOWNLOAD_TICKET_STRATEGY);

/** Runs on every route: without `@Public()` a request needs a valid access token, or a ticket where those are taken. */
@Injectable()
export class SessionGuard extends AuthGuard(SESSION_STRATEGY) {
  readonly #ticketGuards: Readonly<Record<TicketStrategyName, CanActivate>> = {
    'stream-ticket': new StreamTicketGuard(),
    'download-ticket': new DownloadTicketGuard(),
  };

  constructor(@Inject(Reflector) private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const { headers, query } = context.switchToHttp().getRequest<Request>();
    const hasTicket = headers.authorization === undefined && 'ticket' in query;
    const strategy = hasTicket
      ? this.reflector.getAllAndOverride<TicketStrategyName | undefined>(TICKET_ROUTE, targets)
      : undefined;
    const isKnown = strategy ? this.#ticketGuards[strategy].canActivate(context) : super.canActivate(context);
    return (await isKnown) === true;
  }
}
