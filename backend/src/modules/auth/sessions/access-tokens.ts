import { Inject, Injectable } from '@nestjs/common';
import { SignJWT, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { Clock } from '../../../platform/time/index.js';
import { tokenExpired, tokenInvalid } from '../auth.errors.js';

export const ACCESS_TOKEN_LIFETIME_S = 10 * 60;

/** Processes whose clocks differ by this much still take each other's fresh tokens. */
const CLOCK_SKEW_S = 5;

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'atelier';
const AUDIENCE = 'atelier-api';

const Claims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number),
  ver: z.int().min(0),
  sid: z.string().max(36),
});

export interface AccessClaims {
  readonly userId: number;
  /** The user's session version when the token was made. */
  readonly version: number;
  readonly sessionId: string;
}

/** Signs and checks access tokens: JSON Web Tokens of ten minutes with one algorithm and one key, both settled here. */
@Injectable()
export class AccessTokens {
  readonly #key: Buffer;

  constructor(
    @Inject(SecretKeys) keys: SecretKeys,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#key = keys.keyFor('access-token');
  }

  sign({ userId, version, sessionId }: AccessClaims): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1_000);
    return new SignJWT({ ver: version, sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(String(userId))
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(nowS)
      .setNotBefore(nowS - CLOCK_SKEW_S)
      .setExpirationTime(nowS + ACCESS_TOKEN_LIFETIME_S)
      .sign(this.#key);
  }

  /** @throws DomainError `auth.token_expired`, `auth.token_invalid` */
  async verify(token: string): Promise<AccessClaims> {
    const payload = await this.#verifiedPayload(token);
    const claims = Claims.safeParse(payload);
    if (!claims.success) throw tokenInvalid();
    return { userId: claims.data.sub, version: claims.data.ver, sessionId: claims.data.sid };
  }

  async #verifiedPayload(token: string): Promise<unknown> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'nbf', 'iat', 'sub'],
        currentDate: new Date(this.clock.now()),
      });
      return payload;
    } catch (error) {
      throw error instanceof errors.JWTExpired ? tokenExpired() : tokenInvalid();
    }
  }
}
