import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-custom';
import { type Actor, actorOf } from '../actor.js';
import { originOf } from '../origin.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { StreamTickets } from '../sessions/stream-tickets.js';
import { ticketOf } from './ticket-of.js';

export const STREAM_TICKET_STRATEGY = 'stream-ticket';

/** `?ticket=` in the address of an event stream. */
@Injectable()
export class StreamTicketStrategy extends PassportStrategy(Strategy, STREAM_TICKET_STRATEGY) {
  constructor(
    @Inject(StreamTickets) private readonly tickets: StreamTickets,
    @Inject(SessionsService) private readonly sessions: SessionsService,
  ) {
    super();
  }

  async validate(request: Request): Promise<[Actor, Express.AuthInfo]> {
    const session = await this.tickets.verify(ticketOf(request));
    return [actorOf(await this.sessions.userOf(session), { origin: originOf(request) }), { session }];
  }
}
