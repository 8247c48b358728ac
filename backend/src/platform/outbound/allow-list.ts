import { BlockList, isIP } from 'node:net';
import { isInside, mayBeServer, networks } from './addresses.js';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*$/i;

/** Private hosts and networks that may be reached although they are not on the public internet. */
export class AllowList {
  readonly #hosts: ReadonlySet<string>;
  readonly #networks: BlockList;
  readonly #hasNetworks: boolean;

  /** @param entries host names, addresses, and networks as `address/length`; checked by `isAllowListEntry` */
  constructor(entries: readonly string[]) {
    const ranges = entries.filter(isNetwork);
    this.#networks = networks(ranges);
    this.#hasNetworks = ranges.length > 0;
    this.#hosts = new Set(entries.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()));
  }

  /**
   * Whether a connection to this address, reached by this name, has been allowed. Addresses that are no server can't
   * be: to allow a name is not to allow every place that it may one day lead to, and a network may hold a cloud's own.
   */
  permits(host: string, address: string): boolean {
    return mayBeServer(address) && (this.#hosts.has(host.toLowerCase()) || isInside(address, this.#networks));
  }

  /** Whether a connection to this host may turn out to be allowed, as far as can be told before it is looked up. */
  mayPermit(host: string): boolean {
    return isIP(host) === 0 ? this.#hasNetworks || this.#hosts.has(host.toLowerCase()) : this.permits(host, host);
  }
}

export function isAllowListEntry(entry: string): boolean {
  return isNetwork(entry) || (HOST_NAME.test(entry) && !/^[\d.]+$/.test(entry));
}

function isNetwork(entry: string): boolean {
  const [address = '', length, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128));
}
