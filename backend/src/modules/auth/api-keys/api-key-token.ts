import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ID_LENGTH = 12;
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ID_ALPHABET = ALPHABET.slice(0, 36);
/** 62^43 is more than 2^256. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

const FORM = new RegExp(
  `^atl_([0-9a-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH}}([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

/**
 * A key in full: `atl_`, its id, 256 random bits, and a checksum over all of it, so that a key that was copied only in
 * part is told from a wrong one, and a scanner can tell a leaked key from other text.
 */
export function newApiKey(id: string = newApiKeyId()): string {
  const secret = inBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  const body = `atl_${id}_${secret}`;
  return body + checksumOf(body);
}

/** Of 62 bits: it names the key and need not be secret. */
export function newApiKeyId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomIndex(ID_ALPHABET.length)]).join('');
}

/** Whether somebody means this to be a key of ours, well formed or not. */
export const looksLikeApiKey = (token: string): boolean => token.startsWith('atl_');

/** The id in a well-formed key; undefined for anything else. */
export function apiKeyIdOf(key: string): string | undefined {
  const [, id, checksum] = FORM.exec(key) ?? [];
  return checksum === checksumOf(key.slice(0, -CHECKSUM_LENGTH)) ? id : undefined;
}

/** How a key begins, which is all of it that is ever shown again. */
export const apiKeyPrefixOf = (id: string): string => `atl_${id}`;

/** How a key ends. That is a part of its checksum, of which 24 bits say next to nothing about 256. */
export const lastCharactersOf = (key: string): string => key.slice(-4);

/** What is stored of a key. It is random, so a fast hash can't be guessed backwards. */
export const hashOfApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

const checksumOf = (body: string): string => inBase62(BigInt(crc32(body)), CHECKSUM_LENGTH);

function inBase62(number: bigint, length: number): string {
  let digits = '';
  for (let rest = number; digits.length < length; rest /= 62n) digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
  return digits;
}

/** Below `count`, each as likely: bytes that would favour the first ones are thrown away. */
function randomIndex(count: number): number {
  for (;;) {
    const byte = randomBytes(1).readUInt8();
    if (byte < 256 - (256 % count)) return byte % count;
  }
}
