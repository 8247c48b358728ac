import { SignJWT, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import type { KeyPurpose, SecretKeys } from '../../../platform/crypto/index.js';
import type { Clock } from '../../../platform/time/index.js';

/** Processes whose clocks differ by this much still take each other's fresh tokens. */
const CLOCK_SKEW_S = 5;

const ALGORITHM = 'HS256';
const ISSUER = 'atelier';

const Claims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number),
  ver: z.int().min(0),
  sid: z.string().max(36),
});

/** The session that a request belongs to, as it was when its token was made. */
export interface SessionClaims {
  readonly userId: number;
  /** The user's session version when the token was made. */
  readonly version: number;
  readonly sessionId: string;
}

/** What tells one kind of token from another; none is ever taken for one of another kind. */
export interface SessionTokenKind {
  readonly purpose: KeyPurpose;
  readonly type: string;
  readonly audience: string;
  readonly lifetimeS: number;
}

/** Signs and checks JSON Web Tokens that name a session, with one algorithm and one key, both settled here. */
export class SessionToken {
  readonly #key: Buffer;

  constructor(
    private readonly kind: SessionTokenKind,
    keys: SecretKeys,
    private readonly clock: Clock,
  ) {
    this.#key = keys.keyFor(kind.purpose);
  }

  sign({ userId, version, sessionId }: SessionClaims): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1_000);
    return new SignJWT({ ver: version, sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: this.kind.type })
      .setSubject(String(userId))
      .setIssuer(ISSUER)
      .setAudience(this.kind.audience)
      .setIssuedAt(nowS)
      .setNotBefore(nowS - CLOCK_SKEW_S)
      .setExpirationTime(nowS + this.kind.lifetimeS)
      .sign(this.#key);
  }

  /** @returns why the token is not good, or what it says */
  async verify(token: string): Promise<SessionClaims | 'expired' | 'invalid'> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: this.kind.type,
        issuer: ISSUER,
        audience: this.kind.audience,
        requiredClaims: ['exp', 'nbf', 'iat', 'sub'],
        currentDate: new Date(this.clock.now()),
      });
      const { data } = Claims.safeParse(payload);
      return data ? { userId: data.sub, version: data.ver, sessionId: data.sid } : 'invalid';
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
    }
  }
}
