import type { EntityManager } from 'typeorm';
import type { UserEntity } from './user.entity.js';

/** What a request needs to know of whoever makes it. */
export type RecognisedUser = Pick<UserEntity, 'id' | 'role' | 'name' | 'email' | 'sessionVersion' | 'lastActiveAt'>;

type Row = Omit<RecognisedUser, 'lastActiveAt'> & { readonly lastActiveAt: number | string | null };

const COLUMNS =
  'account.id, account.role, account.name, account.email, account.session_version AS sessionVersion, account.last_active_at AS lastActiveAt';

/** The active user whose session this is, if it has not ended. Written out, since every request asks for it. */
export async function userOfSession(
  manager: EntityManager,
  { userId, sessionId }: { readonly userId: number; readonly sessionId: string },
  nowMs: number,
): Promise<RecognisedUser | undefined> {
  const [row] = await manager.query<Row[]>(
    `SELECT ${COLUMNS} FROM user account JOIN session ON session.user_id = account.id
      WHERE session.id = ? AND session.revoked_at IS NULL AND session.expires_at > ?
        AND account.id = ? AND account.status = 'active'`,
    [sessionId, nowMs, userId],
  );
  return row && recognised(row);
}

/** The user of that id, if they are active. */
export async function activeUser(manager: EntityManager, userId: number): Promise<RecognisedUser | undefined> {
  const [row] = await manager.query<Row[]>(
    `SELECT ${COLUMNS} FROM user account WHERE account.id = ? AND account.status = 'active'`,
    [userId],
  );
  return row && recognised(row);
}

const recognised = (row: Row): RecognisedUser => ({
  ...row,
  // BIGINT arrives as a string from MySQL.
  lastActiveAt: row.lastActiveAt === null ? null : Number(row.lastActiveAt),
});
