import { randomHex } from '../../../platform/crypto/index.js';

/** A name for work to which its vendor gave none. */
export function ownJobId(provider: string): string {
  return `${provider}-${randomHex(6)}`;
}
