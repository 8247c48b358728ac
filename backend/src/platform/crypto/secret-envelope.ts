import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyPurpose, SecretKeys } from './secret-keys.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BOX_BYTES = NONCE_BYTES + TAG_BYTES;

/** The cell of the database that a secret is for. */
export interface SecretPlace {
  readonly table: string;
  readonly rowId: string;
  readonly column: string;
}

/** A secret as it may lie in a database, and which master key opens it. */
export interface SealedSecret {
  readonly sealed: string;
  readonly keyVersion: string;
}

/** What lies in the database is not what was sealed for this place with this master key. */
export class SecretUnreadableError extends Error {
  override readonly name = 'SecretUnreadableError';

  constructor({ table, rowId, column }: SecretPlace, reason: string) {
    super(`The secret in ${table}.${column} of ${rowId} can't be read: ${reason}`);
  }
}

/**
 * Encrypts secrets for the database. Each has a key of its own, which a key derived from the master key encrypts in
 * turn; both are bound to the secret's place, so that one copied into another row or column opens nothing there.
 */
export class SecretEnvelope {
  constructor(
    private readonly keys: SecretKeys,
    private readonly purpose: KeyPurpose,
  ) {}

  seal(place: SecretPlace, secret: string): SealedSecret {
    const keyVersion = this.keys.version;
    const bound = boundTo(place, keyVersion);
    const key = randomBytes(KEY_BYTES);
    const parts = [encrypt(this.keys.keyFor(this.purpose), bound, key), encrypt(key, bound, Buffer.from(secret))];
    return { sealed: Buffer.concat(parts).toString('base64url'), keyVersion };
  }

  /** @throws SecretUnreadableError */
  open(place: SecretPlace, { sealed, keyVersion }: SealedSecret): string {
    if (keyVersion !== this.keys.version) {
      throw new SecretUnreadableError(place, 'it was sealed with another master key');
    }
    const bound = boundTo(place, keyVersion);
    const content = Buffer.from(sealed, 'base64url');
    const wrappedBytes = BOX_BYTES + KEY_BYTES;
    try {
      const key = decrypt(this.keys.keyFor(this.purpose), bound, content.subarray(0, wrappedBytes));
      return decrypt(key, bound, content.subarray(wrappedBytes)).toString('utf8');
    } catch {
      // Node's own words say no more than this.
      throw new SecretUnreadableError(place, 'it was changed, or belongs elsewhere');
    }
  }
}

function boundTo({ table, rowId, column }: SecretPlace, keyVersion: string): Buffer {
  return Buffer.from([table, rowId, column, keyVersion].join('|'));
}

/** @returns the random nonce, the encrypted content and the tag */
function encrypt(key: Buffer, bound: Buffer, content: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bound: Buffer, box: Buffer): Buffer {
  const end = box.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(bound)
    .setAuthTag(box.subarray(end));
  return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, end)), decipher.final()]);
}
