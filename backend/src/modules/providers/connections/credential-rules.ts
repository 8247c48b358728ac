import { BASE_URL_MAX_LENGTH } from '@atelier/contracts';
import { OutboundError } from '../../../platform/outbound/index.js';
import type { Vendor } from './vendors.js';

/** What was entered can't be used; completes "The key …" or "The address …", and repeats nothing of it. */
export class UnusableEntryError extends Error {
  override readonly name = 'UnusableEntryError';
}

/** What people paste with a key: blanks, line ends and marks that can't be seen, and one pair of quotes. */
const AROUND = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/gu;
const QUOTED = /^(["'`])(.*)\1$/s;

const LINE_OF_A_FILE = /^(export\s+)?[A-Z][A-Z0-9_]*=/;

/**
 * The key that was meant, without what was pasted around it.
 * @throws UnusableEntryError
 */
export function readApiKey(entered: string, { label, keyPrefix }: Pick<Vendor, 'label' | 'keyPrefix'>): string {
  const bare = entered.replace(AROUND, '');
  const key = (QUOTED.exec(bare)?.[2] ?? bare).replace(AROUND, '');
  if (key === '') throw new UnusableEntryError('is empty; to remove the stored one, send null');
  if (LINE_OF_A_FILE.test(key)) {
    throw new UnusableEntryError('looks like a line of an .env file; enter only what follows the =');
  }
  if (/^bearer\s/i.test(key)) throw new UnusableEntryError('must be entered without the word Bearer');
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UnusableEntryError('must be one word of plain letters, digits and signs, without blanks or line breaks');
  }
  if (/["'`]/.test(key)) throw new UnusableEntryError('must not hold quotes');
  if (keyPrefix !== undefined && !key.startsWith(keyPrefix)) {
    throw new UnusableEntryError(`is not one of ${label}, whose keys begin with ${keyPrefix}`);
  }
  return key;
}

/** Why an address is refused, by the code of the error. */
const REFUSALS: Readonly<Record<string, string>> = {
  MALFORMED_URL: 'must be a whole address, such as https://gateway.example.com/v1',
  PROTOCOL: 'must begin with https:// (or http:// for a host that OUTBOUND_ALLOW names)',
  CREDENTIALS_IN_URL: 'must not hold a name or a password; a key is entered as such',
  NOT_ENCRYPTED: 'must begin with https://; only hosts that OUTBOUND_ALLOW names are reached without TLS',
  PORT: 'has a port that belongs to another service than the web; OUTBOUND_ALLOW can name the host',
  ADDRESS: 'is private; whoever runs the server can allow it with OUTBOUND_ALLOW',
  NO_SERVER: 'is never reached: it belongs to the machine or to its cloud',
};

/**
 * The address as it is stored: in the one way of writing it, without a slash at the end.
 * @param check throws an OutboundError for an address that no request would be made to
 * @throws UnusableEntryError
 */
export function readBaseUrl(entered: string, check: (url: string) => void): string {
  const text = entered.replace(AROUND, '');
  if (/[?#]/.test(text)) throw new UnusableEntryError('must end with its path: no ? and no #');
  try {
    check(text);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new UnusableEntryError(REFUSALS[error.code ?? ''] ?? 'is not reached');
  }
  const address = new URL(text).href.replace(/\/+$/, '');
  // Written out, an address may be longer than it was entered.
  if (address.length > BASE_URL_MAX_LENGTH) throw new UnusableEntryError('is too long');
  return address;
}
