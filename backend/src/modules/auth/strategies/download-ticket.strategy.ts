import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-custom';
import { type Actor, actorOf } from '../actor.js';
import { originOf } from '../origin.js';
import { DownloadTickets } from '../sessions/download-tickets.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { ticketOf } from './ticket-of.js';

export const DOWNLOAD_TICKET_STRATEGY = 'download-ticket';

/** `?ticket=` in the address of a file that a browser downloads by itself. */
@Injectable()
export class DownloadTicketStrategy extends PassportStrategy(Strategy, DOWNLOAD_TICKET_STRATEGY) {
  constructor(
    @Inject(DownloadTickets) private readonly tickets: DownloadTickets,
    @Inject(SessionsService) private readonly sessions: SessionsService,
  ) {
    super();
  }

  async validate(request: Request): Promise<[Actor, Express.AuthInfo]> {
    const session = await this.tickets.redeem(ticketOf(request));
    return [actorOf(await this.sessions.userOf(session), { origin: originOf(request) }), { session }];
  }
}
