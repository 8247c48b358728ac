import { SignJWT, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import type { KeyPurpose, SecretKeys } from '../../../platform/crypto/index.js';
import type { Clock } from '../../../platform/time/index.js';

/** Processes whose clocks differ by this much still take each other's fresh tokens. */
const CLOCK_SKEW_S = 5;

/** Tokens whose signatures are known to be good. Whoever asks often, asks with the same token for ten minutes. */
const KNOWN_TOKENS_MAX = 1_000;

const ALGORITHM = 'HS256';
const ISSUER = 'atelier';

const Claims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number),
  ver: z.int().min(0),
  sid: z.string().max(36),
  exp: z.number(),
  nbf: z.number(),
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

/** What a good token says, and until when. */
export interface VerifiedToken {
  readonly session: SessionClaims;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

interface KnownToken extends VerifiedToken {
  /** Seconds since the epoch. */
  readonly notBeforeS: number;
}

/** Signs and checks JSON Web Tokens that name a session, with one algorithm and one key, both settled here. */
export class SessionToken {
  readonly #key: Buffer;
  /** What a token says never changes; whether its session has ended is asked of the database each time. */
  readonly #known = new Map<string, KnownToken>();

  constructor(
    private readonly kind: SessionTokenKind,
    keys: SecretKeys,
    private readonly clock: Clock,
  ) {
    this.#key = keys.keyFor(kind.purpose);
  }

  /** @param id tells it from others of the same session and second */
  sign({ userId, version, sessionId }: SessionClaims, id?: string): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1_000);
    return new SignJWT({ ver: version, sid: sessionId, ...(id !== undefined && { jti: id }) })
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
  async verify(token: string): Promise<VerifiedToken | 'expired' | 'invalid'> {
    const known = this.#known.get(token);
    if (!known) return this.#verifyUnknown(token);
    const now = this.clock.now();
    if (now / 1_000 >= known.notBeforeS && now < known.expiresAt) return known;
    this.#known.delete(token);
    return this.#verifyUnknown(token);
  }

  async #verifyUnknown(token: string): Promise<VerifiedToken | 'expired' | 'invalid'> {
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
      if (!data) return 'invalid';
      const session = { userId: data.sub, version: data.ver, sessionId: data.sid };
      const known = { session, expiresAt: data.exp * 1_000, notBeforeS: data.nbf };
      this.#remember(token, known);
      return known;
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
    }
  }

  #remember(token: string, known: KnownToken): void {
    const [oldest] = this.#known.size < KNOWN_TOKENS_MAX ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(token, known);
  }
}
