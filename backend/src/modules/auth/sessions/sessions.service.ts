import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { SessionGrant } from '@atelier/contracts';
import { type EntityManager, IsNull, LessThan, type Repository } from 'typeorm';
import { AuditLog } from '../../../platform/audit/index.js';
import { newId } from '../../../platform/crypto/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { credentialsInvalid, refreshInvalid, tokenExpired, tokenInvalid } from '../auth.errors.js';
import { hashOfToken } from '../opaque-token.js';
import type { RequestOrigin } from '../origin.js';
import { sessionUserView } from '../users/user-view.js';
import { type RecognisedUser, type UserOfSession, userOfSession } from '../users/recognised-user.js';
import { UserEntity } from '../users/user.entity.js';
import { ACCESS_TOKEN_LIFETIME_S, AccessTokens } from './access-tokens.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { type IssuedToken, RefreshTokens } from './refresh-tokens.js';
import { revokeSession } from './revoke-sessions.js';
import type { SessionClaims } from './session-token.js';
import { SessionEntity } from './session.entity.js';

/** However often it is refreshed, a session ends 90 days after the sign-in. */
const SESSION_LIFETIME_MS = 90 * 24 * 60 * 60 * 1_000;

/** How stale the last use of a session may be, beside that it is noted with each refresh. */
const USE_RESOLUTION_MS = 60_000;

/** A session whose refresh token has just been made, and whose it is. */
export interface OpenedSession {
  readonly user: UserEntity;
  readonly refresh: IssuedToken;
}

export interface Proof {
  readonly version?: number | undefined;
  readonly origin?: RequestOrigin | undefined;
}

/** Who an access token belongs to, and until when it is good as long as nothing changes; epoch milliseconds. */
export interface Recognised {
  readonly user: RecognisedUser;
  readonly session: SessionClaims;
  readonly endsAt: number;
}

export interface SignedIn {
  readonly grant: SessionGrant;
  readonly refreshToken: string;
  /** Epoch milliseconds. */
  readonly refreshExpiresAt: number;
}

@Injectable()
export class SessionsService {
  readonly #logger = new Logger(SessionsService.name);

  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AccessTokens) private readonly accessTokens: AccessTokens,
    @Inject(RefreshTokens) private readonly refreshTokens: RefreshTokens,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Opens a session for an active user.
   * @param proof the session version under which the user proved who they are, where that was a moment ago, and from where
   * @throws DomainError `auth.credentials_invalid` when the user is not active, or has another password by now
   */
  async open(tx: EntityManager, userId: number, { version, origin }: Proof = {}): Promise<OpenedSession> {
    const nowMs = this.clock.now();
    // Writing the row holds off whoever is disabling the user right now, so that no session survives it.
    const unchanged = version === undefined ? {} : { sessionVersion: version };
    const active = await tx.update(UserEntity, { id: userId, status: 'active', ...unchanged }, { lastActiveAt: nowMs });
    if (active.affected !== 1) throw credentialsInvalid();
    const user = await tx.findOneByOrFail(UserEntity, { id: userId });
    const session = {
      id: newId(nowMs),
      userId,
      createdAt: nowMs,
      expiresAt: nowMs + SESSION_LIFETIME_MS,
      revokedAt: null,
      lastUsedAt: nowMs,
      ...placeOf(origin),
    };
    await tx.insert(SessionEntity, session);
    return { user, refresh: await this.refreshTokens.issue(tx, session, nowMs) };
  }

  /** What the client of an opened session is given. */
  async grant({ user, refresh }: OpenedSession): Promise<SignedIn> {
    const claims = { userId: user.id, version: user.sessionVersion, sessionId: refresh.session.id };
    return {
      grant: {
        access_token: await this.accessTokens.sign(claims),
        token_type: 'Bearer',
        expires_in: ACCESS_TOKEN_LIFETIME_S,
        user: sessionUserView(user),
      },
      refreshToken: refresh.token,
      refreshExpiresAt: refresh.expiresAt,
    };
  }

  /** Opens a session for a user who has just proved who they are, and clears away what has expired. */
  async signIn(userId: number, version: number | undefined, origin?: RequestOrigin): Promise<SignedIn> {
    const opened = await this.transactions.run(async (tx) => {
      const session = await this.open(tx, userId, { version, origin });
      const actor = { id: userId, name: session.user.name, origin };
      await this.audit.record(tx, { actor, action: 'session.begin', target: { type: 'user', id: userId } });
      return session;
    });
    try {
      await this.#prune();
    } catch (error) {
      // The user is signed in whether or not old rows could be removed; the next sign-in tries again.
      this.#logger.warn({ err: error }, 'Expired sessions could not be removed');
    }
    return this.grant(opened);
  }

  /**
   * Exchanges a refresh token for its successor, see {@link RefreshTokens.rotate}.
   * @throws DomainError `auth.refresh_invalid`
   */
  async refresh(refreshToken: string, origin?: RequestOrigin): Promise<SignedIn> {
    const opened = await this.transactions.run(async (tx) => {
      const nowMs = this.clock.now();
      const refresh = await this.refreshTokens.rotate(tx, refreshToken, nowMs);
      const user = refresh && (await tx.findOneBy(UserEntity, { id: refresh.session.userId, status: 'active' }));
      if (!user) return undefined;
      await noteUse(tx, refresh.session, nowMs, origin);
      return { user, refresh };
    });
    // Not thrown inside: that would roll back the end of a session whose token was replayed.
    if (!opened) throw refreshInvalid();
    return this.grant(opened);
  }

  /** Ends the session that a refresh token belongs to, whichever of its generations the token is. */
  async end(refreshToken: string, origin?: RequestOrigin): Promise<void> {
    await this.transactions.run(async (tx) => {
      const token = await tx.findOneBy(RefreshTokenEntity, { hash: hashOfToken(refreshToken) });
      const session = token && (await tx.findOneBy(SessionEntity, { id: token.sessionId, revokedAt: IsNull() }));
      if (!session) return;
      await revokeSession(tx, session.id, this.clock.now());
      const { id, name } = await tx.findOneByOrFail(UserEntity, { id: session.userId });
      const actor = { id, name, origin };
      await this.audit.record(tx, { actor, action: 'session.end', target: { type: 'user', id } });
    });
  }

  /**
   * Finds whose access token it is, as they are now.
   * @throws DomainError `auth.token_expired`, `auth.token_invalid`
   */
  async recognise(accessToken: string): Promise<Recognised> {
    const { session, expiresAt } = await this.accessTokens.verify(accessToken);
    const user = await this.userOf(session);
    return { user, session, endsAt: Math.min(expiresAt, user.sessionExpiresAt) };
  }

  /**
   * Finds whose session it is, as they are now: rights that were taken away a moment ago are gone already.
   * @throws DomainError `auth.token_expired`, `auth.token_invalid`
   */
  async userOf({ userId, version, sessionId }: SessionClaims): Promise<UserOfSession> {
    const user = await userOfSession(this.users.manager, { userId, sessionId }, this.clock.now());
    if (!user) throw tokenInvalid();
    if (user.sessionVersion !== version) throw tokenExpired();
    return user;
  }

  async #prune(): Promise<void> {
    const expired = { expiresAt: LessThan(this.clock.now()) };
    await this.transactions.run(async (tx) => {
      await tx.delete(RefreshTokenEntity, expired);
      await tx.delete(SessionEntity, expired);
    });
  }
}

/** What is kept of where a session is used; what is not known now stays as it was noted before. */
const placeOf = (origin: RequestOrigin | undefined): Partial<Pick<SessionEntity, 'address' | 'userAgent'>> =>
  origin === undefined ? {} : { address: origin.address, userAgent: origin.userAgent };

/** One note a minute is enough: several tabs refresh at the same moment. */
async function noteUse(
  tx: EntityManager,
  { id, lastUsedAt }: IssuedToken['session'],
  nowMs: number,
  origin: RequestOrigin | undefined,
): Promise<void> {
  if (lastUsedAt !== null && lastUsedAt > nowMs - USE_RESOLUTION_MS) return;
  await tx.update(SessionEntity, { id }, { lastUsedAt: nowMs, ...placeOf(origin) });
}
