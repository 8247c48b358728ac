import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from './server.js';

type Purpose = 'access-token' | 'image-link';

/**
 * The server's own key for a purpose, derived as the server derives it. Only with it can a test make what the server
 * would have made at another time: a token or a link that is genuine in everything but its expiry.
 */
export function keyOf(server: Pick<Server, 'dataDir'>, purpose: Purpose): Buffer {
  const master = readFileSync(join(server.dataDir, 'secret.key'), 'utf8').trim();
  return Buffer.from(hkdfSync('sha256', master, 'atelier', purpose, 32));
}

/** A JSON Web Token with this header and these claims; unsigned without a key. */
export function tokenOf(header: object, claims: object, key?: Buffer | string): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${key === undefined ? '' : createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The header and the claims of a token, unchecked. */
export function readToken(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = '', claims = ''] = token.split('.');
  return { header: decode(header), claims: decode(claims) };
}

/** The link of an image with another expiry (seconds since the epoch), signed with the server's key. */
export function signedLink(server: Pick<Server, 'dataDir'>, link: string, expires: number): string {
  const url = new URL(link, 'http://server.test');
  const variant = url.searchParams.get('size') ?? 'original';
  const signature = createHmac('sha256', keyOf(server, 'image-link'))
    .update(`${url.pathname.slice(1)}\n${variant}\n${expires}`)
    .digest('base64url');
  url.searchParams.set('expires', String(expires));
  url.searchParams.set('signature', signature);
  return `${url.pathname}${url.search}`;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
