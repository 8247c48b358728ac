import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token of 256 random bits that means nothing by itself, in 43 characters that are safe in a URL and a cookie. */
export const newOpaqueToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of a token. It is random, so a fast hash can't be guessed backwards. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Compares a token with a stored hash in a time that says nothing about where they differ. */
export function matchesHash(token: string, storedHash: string): boolean {
  const given = Buffer.from(hashOfToken(token), 'hex');
  const stored = Buffer.from(storedHash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}
