import { Inject, Injectable } from '@nestjs/common';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { Clock } from '../../../platform/time/index.js';
import { tokenExpired, tokenInvalid } from '../auth.errors.js';
import { type SessionClaims, SessionToken, type VerifiedToken } from './session-token.js';

export const ACCESS_TOKEN_LIFETIME_S = 10 * 60;

/** The tokens of ten minutes that requests carry in their Authorization header. */
@Injectable()
export class AccessTokens {
  readonly #token: SessionToken;

  constructor(@Inject(SecretKeys) keys: SecretKeys, @Inject(Clock) clock: Clock) {
    const kind = {
      purpose: 'access-token',
      type: 'at+jwt',
      audience: 'atelier-api',
      lifetimeS: ACCESS_TOKEN_LIFETIME_S,
    } as const;
    this.#token = new SessionToken(kind, keys, clock);
  }

  sign(session: SessionClaims): Promise<string> {
    return this.#token.sign(session);
  }

  /** @throws DomainError `auth.token_expired`, `auth.token_invalid` */
  async verify(token: string): Promise<VerifiedToken> {
    const verified = await this.#token.verify(token);
    if (verified === 'expired') throw tokenExpired();
    if (verified === 'invalid') throw tokenInvalid();
    return verified;
  }
}
