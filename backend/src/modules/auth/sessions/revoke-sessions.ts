import type { EntityManager } from 'typeorm';
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

/** Ends one session. */
export async function revokeSession(tx: EntityManager, id: string, nowMs: number): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ revokedAt: nowMs })
    .where('id = :id AND revoked_at IS NULL', { id })
    .execute();
}
