import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-custom';
import { type Actor, actorOf } from '../actor.js';
import { ticketInvalid } from '../auth.errors.js';
import { originOf } from '../origin.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { StreamTickets } from '../sessions/stream-tickets.js';

export const STREAM_TICKET_STRATEGY = 'stream-ticket';

/** As long as a ticket may be; what is longer is not one of ours and is not looked at. */
const MAX_TICKET_LENGTH = 1_024;

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
    const { ticket } = request.query;
    if (typeof ticket !== 'string' || ticket.length > MAX_TICKET_LENGTH) throw ticketInvalid();
    const session = await this.tickets.verify(ticket);
    return [actorOf(await this.sessions.userOf(session), { origin: originOf(request) }), { session }];
  }
}
