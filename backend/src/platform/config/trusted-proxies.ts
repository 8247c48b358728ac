import { isIP } from 'node:net';

/** Networks by the names that Express knows: this machine, and private networks. */
const NAMED: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Whether an entry of TRUSTED_PROXIES can be used. A network of everybody is refused: then anybody could say of
 * themselves that they come from anywhere, and no limit by address would hold.
 */
export function isProxyEntry(entry: string): boolean {
  if (NAMED.has(entry)) return true;
  const [address = '', length, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (length === undefined) return true;
  return /^\d{1,3}$/.test(length) && Number(length) > 0 && Number(length) <= (family === 4 ? 32 : 128);
}
