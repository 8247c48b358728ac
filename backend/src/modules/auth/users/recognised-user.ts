import type { EntityManager } from 'typeorm';
import type { UserEntity } from './user.entity.js';

/** What a request needs to know of whoever makes it. */
export type RecognisedUser = Pick<UserEntity, 'id' | 'role' | 'name' | 'email' | 'sessionVersion' | 'lastActiveAt'>;

/** A user, and the end that their session has if nobody ends it before, in epoch milliseconds. */
export type UserOfSession = RecognisedUser & { readonly sessionExpiresAt: number };

/** BIGINT arrives as a string from MySQL. */
export type UserRow = Omit<RecognisedUser, 'lastActiveAt'> & { readonly lastActiveAt: number | string | null };

/** What is selected of `user account` for a {@link UserRow}. */
export const USER_COLUMNS =
  'account.id, account.role, account.name, account.email, account.session_version AS sessionVersion, account.last_active_at AS lastActiveAt';

/** The active user whose session this is, if it has not ended. Written out, since every request asks for it. */
export async function userOfSession(
  manager: EntityManager,
  { userId, sessionId }: { readonly userId: number; readonly sessionId: string },
  nowMs: number,
): Promise<UserOfSession | undefined> {
  const [row] = await manager.query<(UserRow & { readonly sessionExpiresAt: number | string })[]>(
    `SELECT ${USER_COLUMNS}, session.expires_at AS sessionExpiresAt
       FROM user account JOIN session ON session.user_id = account.id
      WHERE session.id = ? AND session.revoked_at IS NULL AND session.expires_at > ?
        AND account.id = ? AND account.status = 'active'`,
    [sessionId, nowMs, userId],
  );
  return row && { ...recognised(row), sessionExpiresAt: Number(row.sessionExpiresAt) };
}

export const recognised = ({ id, role, name, email, sessionVersion, lastActiveAt }: UserRow): RecognisedUser => ({
  ...{ id, role, name, email, sessionVersion },
  lastActiveAt: lastActiveAt === null ? null : Number(lastActiveAt),
});
