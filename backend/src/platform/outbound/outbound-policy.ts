import { isIP } from 'node:net';
import { isPublicAddress, mayBeServer } from './addresses.js';
import type { AllowList } from './allow-list.js';
import { OutboundError } from './outbound-error.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Below this, only the ports of the web are the web. */
const FIRST_USER_PORT = 1_024;

/** Which servers we talk to: any on the public internet, but only over TLS, and the private ones that were allowed. */
export class OutboundPolicy {
  constructor(private readonly allowList: AllowList) {}

  /** @throws OutboundError for an address that we would not even look up */
  checkUrl(text: string): URL {
    if (!URL.canParse(text)) throw new OutboundError('refused', 'MALFORMED_URL');
    const url = new URL(text);
    const defaultPort = DEFAULT_PORTS[url.protocol];
    if (defaultPort === undefined) throw new OutboundError('refused', 'PROTOCOL');
    if (url.username !== '' || url.password !== '') throw new OutboundError('refused', 'CREDENTIALS_IN_URL');
    const [host, isEncrypted] = [hostOf(url), url.protocol === 'https:'];
    if (isIP(host) !== 0 && !mayBeServer(host)) throw new OutboundError('refused', 'NO_SERVER');
    const mayBeAllowed = this.allowList.mayPermit(host);
    if (!isEncrypted && !mayBeAllowed) throw new OutboundError('refused', 'NOT_ENCRYPTED');
    const port = url.port === '' ? defaultPort : Number(url.port);
    if (!mayBeAllowed && port < FIRST_USER_PORT && port !== defaultPort) throw new OutboundError('refused', 'PORT');
    if (isIP(host) !== 0 && !this.mayDial(host, host, isEncrypted)) throw new OutboundError('refused', 'ADDRESS');
    return url;
  }

  /** Whether a connection may be made; asked for each address that a name leads to, each time. */
  mayDial(host: string, address: string, isEncrypted: boolean): boolean {
    return this.allowList.permits(host, address) || (isEncrypted && isPublicAddress(address));
  }
}

/** The host without the brackets around an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
