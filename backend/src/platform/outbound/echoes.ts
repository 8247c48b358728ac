import type { IncomingHttpHeaders } from 'node:http';

const CREDENTIAL_HEADERS: readonly string[] = ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key'];

/** What says how to read a credential, before it. */
const SCHEME = /^(?:basic|bearer|key) +/i;

/** Shorter than this, a credential may be a part of any word, and is hardly one. */
const TELLING_LENGTH = 8;

/** Not in base64, of which bodies with images consist. */
const UNUSUAL = /[^A-Za-z0-9+/=]/;

/** Candidates that are looked at one by one; in a body with more of them, something else is faster. */
const MAX_CANDIDATES = 1_000;

/** What takes the place of each byte of a credential. */
const MASK = '*';

/** The credentials among the headers of a request, without their scheme. */
export function credentialsIn(headers: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(headers)
    .filter(([name]) => CREDENTIAL_HEADERS.includes(name.toLowerCase()))
    .map(([, value]) => value.replace(SCHEME, ''))
    .filter((credential) => credential.length >= TELLING_LENGTH);
}

/**
 * Makes credentials unreadable that a server sends back, as some do in their errors: codes and ids of answers end up in
 * logs and before people.
 * @param body is overwritten where one is found
 * @returns the headers without them
 */
export function maskEchoes(
  credentials: readonly string[],
  headers: IncomingHttpHeaders,
  body: Buffer,
): IncomingHttpHeaders {
  for (const credential of credentials) {
    const bytes = Buffer.from(credential);
    for (let at = indexOf(bytes, body, 0); at >= 0; at = indexOf(bytes, body, at + bytes.length)) {
      body.fill(MASK, at, at + bytes.length);
    }
  }
  const masked = (text: string): string =>
    credentials.reduce((rest, credential) => rest.replaceAll(credential, MASK.repeat(credential.length)), text);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      masked(name),
      typeof value === 'string' ? masked(value) : value?.map(masked),
    ]),
  );
}

/** Where some bytes occur. Megabytes of base64 are passed over by looking for what can't be in there: one byte is found fast. */
function indexOf(bytes: Buffer, body: Buffer, from: number): number {
  const lead = bytes.toString('latin1').search(UNUSUAL);
  const unusual = bytes[lead];
  if (unusual === undefined) return body.indexOf(bytes, from);
  let at = body.indexOf(unusual, from + lead);
  for (let candidates = 0; at >= 0; candidates += 1) {
    const start = at - lead;
    if (candidates === MAX_CANDIDATES) return body.indexOf(bytes, start);
    if (body.subarray(start, start + bytes.length).equals(bytes)) return start;
    at = body.indexOf(unusual, at + 1);
  }
  return -1;
}
