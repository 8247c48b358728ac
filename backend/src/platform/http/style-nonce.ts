import { randomFillSync } from 'node:crypto';

const NONCE_BYTES = 16;

/** Asking for random bytes costs as much for many as for a few. */
const pool = Buffer.alloc(256 * NONCE_BYTES);
let used = pool.length;

/** 128 random bits that nobody else is given. */
export function newStyleNonce(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += NONCE_BYTES;
  return pool.toString('base64url', used - NONCE_BYTES, used);
}
