import type { IncomingMessage } from 'node:http';

const AUTHORIZATION_LENGTH_MAX = 1_024;
const FORWARDED_FOR_LENGTH_MAX = 256;
const URL_LENGTH_MAX = 256;

/** Headers that change nothing about an answer in JSON that is too small to be compressed. */
const INDIFFERENT: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'cache-control', 'connection', 'content-type', 'dnt', 'host'],
  ...['origin', 'pragma', 'priority', 'referer', 'user-agent'],
  ...['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'sec-gpc'],
  ...['sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site', 'sec-fetch-user'],
  ...['forwarded', 'via', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-real-ip'],
]);

/** A request about which nothing is unusual. */
export interface PlainRequest {
  /** The same for two requests that are told apart by nothing that an answer may depend on. */
  readonly key: string;
  /** The id that the caller gave it. */
  readonly requestId: string | undefined;
}

/**
 * A GET with a credential, and without anything whose meaning would have to be thought about: a body, a condition, a
 * range, a trace, a header twice, or one that is not known here. Undefined for every other request.
 */
export function plainRequestOf(request: IncomingMessage): PlainRequest | undefined {
  const { method, httpVersion, url = '', rawHeaders, socket } = request;
  if (method !== 'GET' || httpVersion !== '1.1' || url.length > URL_LENGTH_MAX) return undefined;
  let authorization: string | undefined;
  let forwardedFor: string | undefined;
  let requestId: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (INDIFFERENT.has(name)) continue;
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'authorization' && authorization === undefined) authorization = value;
    else if (name === 'x-forwarded-for' && forwardedFor === undefined) forwardedFor = value;
    else if (name === 'x-request-id' && requestId === undefined) requestId = value;
    else return undefined;
  }
  const { remoteAddress } = socket;
  if (authorization === undefined || remoteAddress === undefined) return undefined;
  if (authorization.length > AUTHORIZATION_LENGTH_MAX) return undefined;
  if (forwardedFor !== undefined && forwardedFor.length > FORWARDED_FOR_LENGTH_MAX) return undefined;
  // Where a request comes from follows from its connection and what proxies say of it, however far those are trusted.
  return { key: `${authorization}\n${remoteAddress}\n${forwardedFor ?? ''}\n${url}`, requestId };
}
