import { randomFillSync } from 'node:crypto';

/** Asking for random bytes takes as long for eight of them as for a thousand. */
const BLOCK_BYTES = 4_096;

const block = Buffer.alloc(BLOCK_BYTES);
let used = BLOCK_BYTES;

/**
 * Unpredictable bytes for names, ids and nonces, in hexadecimal digits. Lasting secrets are better made of their own.
 * @param bytes at most 4,096
 */
export function randomHex(bytes: number): string {
  if (bytes > BLOCK_BYTES) throw new RangeError(`At most ${BLOCK_BYTES} random bytes are given at a time`);
  if (used + bytes > BLOCK_BYTES) {
    randomFillSync(block);
    used = 0;
  }
  const digits = block.toString('hex', used, used + bytes);
  // Nobody is to find in memory what has been given.
  block.fill(0, used, used + bytes);
  used += bytes;
  return digits;
}
