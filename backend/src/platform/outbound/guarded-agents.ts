import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { OutboundError } from './outbound-error.js';
import type { OutboundPolicy } from './outbound-policy.js';

/** Finds all addresses of a name. */
export type Resolver = (host: string) => Promise<readonly LookupAddress[]>;

type OnSocket = (error: Error | null, socket: Duplex) => void;
type OnAddress = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

export interface DialOptions {
  readonly policy: OutboundPolicy;
  /** From the look-up of the name to the end of the handshake. */
  readonly connectTimeoutMs: number;
  readonly resolve?: Resolver;
}

/** Connections that nobody uses are kept so long; servers commonly end theirs after a minute or more. */
const IDLE_TIMEOUT_MS = 20_000;

const AGENT_OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: IDLE_TIMEOUT_MS } as const;

/** Makes connections that are not encrypted: only to what was allowed. */
export class GuardedHttpAgent extends HttpAgent {
  constructor(private readonly dial: DialOptions) {
    super(AGENT_OPTIONS);
  }

  override createConnection(options: ClientRequestArgs, callback?: OnSocket): Duplex | null | undefined {
    return dialGuarded(this.dial, false, options, callback, (guarded) => super.createConnection(guarded));
  }
}

/** Makes connections over TLS: to the public internet and to what was allowed. */
export class GuardedHttpsAgent extends HttpsAgent {
  constructor(private readonly dial: DialOptions) {
    super(AGENT_OPTIONS);
  }

  override createConnection(options: ClientRequestArgs, callback?: OnSocket): Duplex | null | undefined {
    return dialGuarded(this.dial, true, options, callback, (guarded) => super.createConnection(guarded));
  }
}

function dialGuarded(
  { policy, connectTimeoutMs, resolve = resolveAll }: DialOptions,
  isEncrypted: boolean,
  options: ClientRequestArgs,
  callback: OnSocket | undefined,
  connect: (options: ClientRequestArgs) => Duplex | null | undefined,
): Duplex | null | undefined {
  const host = options.host ?? '';
  const mayDial = (address: string): boolean => policy.mayDial(host, address, isEncrypted);
  // An address is not looked up, so it is checked here.
  if (isIP(host) !== 0 && !mayDial(host)) return refuse(callback);
  const socket = connect({
    ...options,
    // Node connects to what this finds and to nothing else: there is no second look-up that could find another.
    lookup: (name: string, { all = false }: LookupOptions, onAddress: OnAddress) => {
      findAddresses(name, resolve, mayDial).then(
        (found) => {
          if (all) onAddress(null, found);
          else onAddress(null, found[0]?.address ?? '', found[0]?.family);
        },
        (error: unknown) => {
          onAddress(error instanceof Error ? error : new OutboundError('unresolved'), []);
        },
      );
    },
  });
  if (!socket) return refuse(callback);
  const timer = setTimeout(() => socket.destroy(new OutboundError('timeout', 'CONNECT')), connectTimeoutMs);
  const clear = (): void => {
    clearTimeout(timer);
  };
  socket.once(isEncrypted ? 'secureConnect' : 'connect', clear).once('close', clear);
  return socket;
}

function refuse(callback: OnSocket | undefined): null {
  // Node reads the socket only when there is no error, and its types know no other way to say so.
  const report = callback as ((error: Error) => void) | undefined;
  process.nextTick(() => report?.(new OutboundError('refused', 'ADDRESS')));
  return null;
}

/** One forbidden address is enough to refuse the name: whoever answers so is up to something. */
async function findAddresses(
  name: string,
  resolve: Resolver,
  mayDial: (address: string) => boolean,
): Promise<LookupAddress[]> {
  const found = await resolve(name);
  if (found.length === 0) throw new OutboundError('unresolved', 'ENOTFOUND');
  if (!found.every(({ address }) => mayDial(address))) throw new OutboundError('refused', 'ADDRESS');
  return [...found];
}

const resolveAll: Resolver = (host) => lookup(host, { all: true });
