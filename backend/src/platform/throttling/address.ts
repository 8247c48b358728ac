import { isIP, isIPv6 } from 'node:net';
import type { Request } from 'express';

/** Whoever comes from nowhere that can be told is one of many, and shares what is theirs. */
const UNKNOWN = 'unknown';

/** Where a request comes from, as far as a throttle cares. */
export const addressOf = ({ ip }: Pick<Request, 'ip'>): string => networkOf(ip ?? UNKNOWN);

/**
 * One name per network that a single household or server is given: an IPv4 address, or the /64 of an IPv6 address,
 * because whoever has one address of a /64 has all 2^64 of them. Some proxies tell a port as well, which would make
 * every connection somebody else.
 */
export function networkOf(told: string): string {
  const ip = /^\[(.+)\](?::\d+)?$/.exec(told)?.[1] ?? /^([\d.]+):\d+$/.exec(told)?.[1] ?? told;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [address = ip] = ip.split('%', 1);
  if (!isIPv6(address)) return isIP(address) === 0 ? UNKNOWN : address;
  const [head = '', tail] = address.split('::', 2);
  const leading = head === '' ? [] : head.split(':');
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - leading.length - trailing.length) }, () => '0');
  const groups = tail === undefined ? leading : [...leading, ...zeros, ...trailing];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
