import { type FieldTree, type SchemaPathTree, type ValidationError, validate } from '@angular/forms/signals';
import type { Role } from '@atelier/contracts';
import { CREDITS_MAX, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '@atelier/contracts/limits';
import { type TextPath, displayName } from '../platform/display-name';
import { formatNumber } from '../platform/formatting';
import { fieldMessages, problemOf, problemSentence } from '../platform/problem';

/** What the form for a new user holds; numbers as they are typed. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  /** Empty leaves the amount to the server's setting. */
  readonly credits: string;
  readonly access: 'invitation' | 'password';
  readonly password: string;
}

const EMAIL_MAX_LENGTH = 254;

export function newUserRules(path: SchemaPathTree<NewUser>): void {
  displayName(path.name);
  validate(path.email, ({ value }) => {
    const email = value().trim();
    const isAddress = email.length <= EMAIL_MAX_LENGTH && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email);
    return isAddress ? undefined : { kind: 'email', message: 'Enter an email address such as ana@example.com.' };
  });
  initialCredits(path.credits);
  validate(path.password, ({ value }) => {
    const { length } = value();
    if (length < PASSWORD_MIN_LENGTH)
      return { kind: 'short', message: `Use at least ${PASSWORD_MIN_LENGTH} characters.` };
    if (length > PASSWORD_MAX_LENGTH)
      return { kind: 'long', message: `Use at most ${PASSWORD_MAX_LENGTH} characters.` };
    return undefined;
  });
}

/** Empty leaves the amount to the server's setting. */
export function initialCredits(path: TextPath): void {
  validate(path, ({ value }) => {
    const text = value().trim();
    const isAmount = text === '' || (/^\d{1,15}$/.test(text) && Number(text) <= CREDITS_MAX);
    return isAmount
      ? undefined
      : { kind: 'credits', message: `Enter a whole number from 0 to ${formatNumber(CREDITS_MAX)}.` };
  });
}

/** What the server refused, each at its field. Empty when the answer is about no field of the form. */
export function refusedFields(
  error: unknown,
  form: FieldTree<NewUser>,
): readonly ValidationError.WithOptionalFieldTree[] {
  const at = (key: keyof NewUser, message: string) => ({ kind: 'server', message, fieldTree: form[key] });
  const code = problemOf(error)?.code;
  if (code === 'users.email_taken') return [at('email', problemSentence(error))];
  if (code === 'auth.password_weak') return [at('password', problemSentence(error))];
  const messages = fieldMessages(error);
  const keys = ['name', 'email', 'role', 'credits', 'password'] as const;
  return keys.flatMap((key) => (messages[key] === undefined ? [] : [at(key, `This ${key} ${messages[key]}.`)]));
}
