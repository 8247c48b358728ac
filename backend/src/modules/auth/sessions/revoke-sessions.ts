import type { EntityManager } from 'typeorm';
import type { SessionClaims } from './session-token.js';
import { SessionEntity } from './session.entity.js';

/** Ends every session of a user: their refresh tokens, and the access tokens that came from them. */
export async function revokeSessionsOf(tx: EntityManager, userId: number, nowMs: number): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ revokedAt: nowMs })
    .where('user_id = :userId AND revoked_at IS NULL', { userId })
    .execute();
}

/** Ends every session of a user but one. @returns how many there were */
export async function revokeOtherSessions(
  tx: EntityManager,
  { userId, sessionId }: SessionClaims,
  nowMs: number,
): Promise<number> {
  const { affected } = await tx
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ revokedAt: nowMs })
    .where('user_id = :userId AND id <> :sessionId AND revoked_at IS NULL AND expires_at > :nowMs', {
      userId,
      sessionId,
      nowMs,
    })
    .execute();
  return affected ?? 0;
}

/** Ends one session. @returns whether it was still alive */
export async function revokeSession(tx: EntityManager, id: string, nowMs: number): Promise<boolean> {
  const { affected } = await tx
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ revokedAt: nowMs })
    .where('id = :id AND revoked_at IS NULL', { id })
    .execute();
  return affected === 1;
}
