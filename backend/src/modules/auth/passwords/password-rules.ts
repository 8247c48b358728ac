import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '@atelier/contracts';
import { passwordWeak } from '../auth.errors.js';
import { COMMON_LONG_PASSWORDS } from './common-long-passwords.js';

/** Catches `aaaaaaaaaaaaaaaa`, `123412341234123412` and the like: up to eight characters, over and over. */
const REPETITION = /^(.{1,8})\1+$/su;

/** Says what makes a password too weak, or undefined. Length and no guessable whole: no rules about kinds of characters. */
export function weaknessOf(password: string, email: string): string | undefined {
  // Characters as people count them, not UTF-16 units.
  if (Array.from(password).length < PASSWORD_MIN_LENGTH) return `must have at least ${PASSWORD_MIN_LENGTH} characters`;
  if (password.length > PASSWORD_MAX_LENGTH) return `must have at most ${PASSWORD_MAX_LENGTH} characters`;
  const folded = password.normalize('NFKC').trim().toLowerCase();
  if (folded === email.trim().toLowerCase()) return 'must not be the e-mail address';
  if (REPETITION.test(folded)) return 'must not be a few characters over and over';
  if (COMMON_LONG_PASSWORDS.has(folded)) return 'must not be one of the passwords that are guessed first';
  return undefined;
}

/**
 * @param path the field of the request that holds the password
 * @throws DomainError `auth.password_weak`
 */
export function assertStrongPassword(password: string, email: string, path: string): void {
  const weakness = weaknessOf(password, email);
  if (weakness !== undefined) throw passwordWeak(path, weakness);
}
