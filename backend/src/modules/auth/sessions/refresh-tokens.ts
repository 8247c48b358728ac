import { createHmac } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { hashOfToken, newOpaqueToken } from '../opaque-token.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { revokeSession } from './revoke-sessions.js';
import { SessionEntity } from './session.entity.js';

/** Each refresh gives another 30 days, as long as the session itself lasts. */
export const REFRESH_TOKEN_LIFETIME_MS = 30 * 24 * 60 * 60 * 1_000;

/** Two tabs, or a retry after a lost answer, may present the same token; later than this it has been stolen. */
const REUSE_GRACE_MS = 10_000;

export interface IssuedToken {
  readonly session: Pick<SessionEntity, 'id' | 'userId' | 'expiresAt' | 'lastUsedAt'>;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The chain of refresh tokens of a session, of which only the last is good. */
@Injectable()
export class RefreshTokens {
  readonly #logger = new Logger(RefreshTokens.name);
  readonly #successorKey: Buffer;

  constructor(@Inject(SecretKeys) keys: SecretKeys) {
    this.#successorKey = keys.keyFor('refresh-grace');
  }

  /** Makes the first token of a session. */
  issue(tx: EntityManager, session: IssuedToken['session'], nowMs: number): Promise<IssuedToken> {
    return insert(tx, newOpaqueToken(), session, nowMs);
  }

  /**
   * Replaces a token by its successor. Only one caller does; those that come with the same token within the grace get
   * the same successor. A token that comes back later ends its session: there are two who have it.
   * @returns nothing when the token is not good; the transaction must commit even so, because it may end the session
   */
  async rotate(tx: EntityManager, presented: string, nowMs: number): Promise<IssuedToken | undefined> {
    const hash = hashOfToken(presented);
    const successor = this.#successorOf(presented);
    const rotation = await tx
      .createQueryBuilder()
      .update(RefreshTokenEntity)
      .set({ usedAt: nowMs, successorHash: hashOfToken(successor) })
      .where('hash = :hash AND used_at IS NULL AND expires_at > :nowMs', { hash, nowMs })
      .execute();
    const row = await tx.findOneBy(RefreshTokenEntity, { hash });
    const session = row && (await tx.findOneBy(SessionEntity, { id: row.sessionId }));
    if (!session || session.revokedAt !== null || session.expiresAt <= nowMs) return undefined;
    if (rotation.affected === 1) return insert(tx, successor, session, nowMs);
    if (row.usedAt === null) return undefined;
    const next = await unusedSuccessor(tx, row, nowMs);
    if (next) return { session, token: successor, expiresAt: next.expiresAt };
    await revokeSession(tx, session.id, nowMs);
    this.#logger.warn(
      { userId: session.userId, sessionId: session.id },
      'A used refresh token came back; its session was ended',
    );
    return undefined;
  }

  /** Derived rather than random: everybody within the grace can be told the successor, and it is stored nowhere. */
  #successorOf(token: string): string {
    return createHmac('sha256', this.#successorKey).update(token).digest('base64url');
  }
}

/** The successor of a token that was used a moment ago, unless the session has moved on from it. */
async function unusedSuccessor(
  tx: EntityManager,
  { usedAt, successorHash }: RefreshTokenEntity,
  nowMs: number,
): Promise<RefreshTokenEntity | undefined> {
  // The distance, not the difference: a clock that went back must not stretch the grace.
  const isWithinGrace = usedAt !== null && Math.abs(nowMs - usedAt) <= REUSE_GRACE_MS;
  if (!isWithinGrace || successorHash === null) return undefined;
  const next = await tx.findOneBy(RefreshTokenEntity, { hash: successorHash });
  return next?.usedAt === null ? next : undefined;
}

async function insert(
  tx: EntityManager,
  token: string,
  session: IssuedToken['session'],
  nowMs: number,
): Promise<IssuedToken> {
  const expiresAt = Math.min(nowMs + REFRESH_TOKEN_LIFETIME_MS, session.expiresAt);
  await tx.insert(RefreshTokenEntity, {
    hash: hashOfToken(token),
    sessionId: session.id,
    issuedAt: nowMs,
    expiresAt,
    usedAt: null,
    successorHash: null,
  });
  return { session, token, expiresAt };
}
