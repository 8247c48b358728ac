import { randomBytes } from 'node:crypto';

/** A name for work to which its vendor gave none. */
export function ownJobId(provider: string): string {
  return `${provider}-${randomBytes(6).toString('hex')}`;
}
