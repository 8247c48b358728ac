import type { EntityManager } from 'typeorm';
import { type RecognisedUser, USER_COLUMNS, type UserRow, recognised } from '../users/recognised-user.js';
import type { ApiKeyEntity } from './api-key.entity.js';

/** What a request needs to know of the key that it came with. */
export type PresentedKey = Pick<
  ApiKeyEntity,
  | ('id' | 'userId' | 'scopes' | 'secretHash' | 'previousHash' | 'previousValidUntil' | 'monthlyCreditLimit')
  | ('allowedAddresses' | 'expiresAt' | 'revokedAt' | 'lastUsedAt')
>;

/** BIGINT arrives as a string from MySQL. */
type Bigint = number | string | null;

type Row = UserRow &
  Omit<
    PresentedKey,
    'id' | 'userId' | 'previousValidUntil' | 'monthlyCreditLimit' | 'expiresAt' | 'revokedAt' | 'lastUsedAt'
  > & {
    readonly previousValidUntil: Bigint;
    readonly monthlyCreditLimit: Bigint;
    readonly expiresAt: Bigint;
    readonly revokedAt: Bigint;
    readonly lastUsedAt: Bigint;
  };

const KEY_COLUMNS = [
  'made.scopes, made.secret_hash AS secretHash, made.previous_hash AS previousHash',
  'made.previous_valid_until AS previousValidUntil, made.monthly_credit_limit AS monthlyCreditLimit',
  'made.allowed_addresses AS allowedAddresses, made.expires_at AS expiresAt, made.revoked_at AS revokedAt',
  'made.last_used_at AS lastUsedAt',
].join(', ');

/** The key of that id and its user, if they are active. Written out, since every request with a key asks for it. */
export async function presentedKey(
  manager: EntityManager,
  id: string,
): Promise<{ readonly key: PresentedKey; readonly user: RecognisedUser } | undefined> {
  const [row] = await manager.query<Row[]>(
    `SELECT ${USER_COLUMNS}, ${KEY_COLUMNS} FROM api_key made JOIN user account ON account.id = made.user_id
      WHERE made.id = ? AND account.status = 'active'`,
    [id],
  );
  if (!row) return undefined;
  const { scopes, secretHash, previousHash, allowedAddresses } = row;
  return {
    user: recognised(row),
    key: {
      ...{ id, userId: row.id, scopes, secretHash, previousHash, allowedAddresses },
      previousValidUntil: number(row.previousValidUntil),
      monthlyCreditLimit: number(row.monthlyCreditLimit),
      expiresAt: number(row.expiresAt),
      revokedAt: number(row.revokedAt),
      lastUsedAt: number(row.lastUsedAt),
    },
  };
}

const number = (value: Bigint): number | null => (value === null ? null : Number(value));
