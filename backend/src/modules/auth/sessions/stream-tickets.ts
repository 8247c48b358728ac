import { Inject, Injectable } from '@nestjs/common';
import type { StreamTicket } from '@atelier/contracts';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ticketInvalid } from '../auth.errors.js';
import { type SessionClaims, SessionToken } from './session-token.js';

/** Long enough to open a stream over a slow line, too short to be of use to whoever finds it in a log. */
export const STREAM_TICKET_LIFETIME_S = 60;

/**
 * Tickets that open an event stream in a browser, whose EventSource can't send an Authorization header. They are good
 * for nothing else, so that no access token is ever a part of an address.
 */
@Injectable()
export class StreamTickets {
  readonly #token: SessionToken;

  constructor(@Inject(SecretKeys) keys: SecretKeys, @Inject(Clock) clock: Clock) {
    const kind = {
      purpose: 'stream-ticket',
      type: 'st+jwt',
      audience: 'atelier-streams',
      lifetimeS: STREAM_TICKET_LIFETIME_S,
    } as const;
    this.#token = new SessionToken(kind, keys, clock);
  }

  async issue(session: SessionClaims): Promise<StreamTicket> {
    return { ticket: await this.#token.sign(session), expires_in: STREAM_TICKET_LIFETIME_S };
  }

  /** @throws DomainError `auth.ticket_invalid` */
  async verify(ticket: string): Promise<SessionClaims> {
    const verified = await this.#token.verify(ticket);
    if (typeof verified === 'string') throw ticketInvalid();
    return verified.session;
  }
}
