import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { SecretKeys, newId } from '../../../platform/crypto/index.js';
import { Limiters } from '../../../platform/throttling/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ticketInvalid } from '../auth.errors.js';
import { type SessionClaims, SessionToken } from './session-token.js';

/** Long enough for a browser to ask for what it was told to download. */
const LIFETIME_S = 60;
/** For how long a ticket is known to be used: longer than it could be used again. */
const REMEMBERED_S = 2 * LIFETIME_S;

interface DownloadTicket {
  readonly ticket: string;
  readonly expires_in: number;
}

/**
 * Tickets that let a browser download a file by itself, however large: a link can't send an Authorization header. Each
 * is good once, so that its address is worth nothing in a history or a proxy's log.
 */
@Injectable()
export class DownloadTickets {
  readonly #token: SessionToken;
  readonly #uses: RateLimiterAbstract;

  constructor(
    @Inject(SecretKeys) keys: SecretKeys,
    @Inject(Limiters) limiters: Limiters,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    const kind = {
      purpose: 'download-ticket',
      type: 'dt+jwt',
      audience: 'atelier-downloads',
      lifetimeS: LIFETIME_S,
    } as const;
    this.#token = new SessionToken(kind, keys, clock);
    this.#uses = limiters.make({ name: 'download-tickets', points: 1, durationS: REMEMBERED_S });
  }

  async issue(session: SessionClaims): Promise<DownloadTicket> {
    return { ticket: await this.#token.sign(session, newId(this.clock.now())), expires_in: LIFETIME_S };
  }

  /** @throws DomainError `auth.ticket_invalid`, also for one that was used before */
  async redeem(ticket: string): Promise<SessionClaims> {
    const verified = await this.#token.verify(ticket);
    if (typeof verified === 'string' || !(await this.#isFirstUse(ticket))) throw ticketInvalid();
    return verified.session;
  }

  async #isFirstUse(ticket: string): Promise<boolean> {
    // Without the signature, whose last character can be written in more than one way.
    const signed = ticket.slice(0, ticket.lastIndexOf('.'));
    try {
      await this.#uses.consume(createHash('sha256').update(signed).digest('hex'));
      return true;
    } catch (rejection) {
      if (rejection instanceof Error) throw rejection;
      return false;
    }
  }
}
