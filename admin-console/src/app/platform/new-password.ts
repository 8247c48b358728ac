import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '@atelier/contracts/limits';

export const NEW_PASSWORD_RULE = `At least ${PASSWORD_MIN_LENGTH} characters. A few unrelated words work well.`;

/** What can be told before asking the server, which also refuses passwords that are easy to guess. */
export function newPasswordError(password: string): string | null {
  if (password === '') return 'Choose a password.';
  const missing = PASSWORD_MIN_LENGTH - password.length;
  if (missing > 0)
    return `${missing} more ${missing === 1 ? 'character' : 'characters'} to reach ${PASSWORD_MIN_LENGTH}.`;
  return password.length > PASSWORD_MAX_LENGTH ? `Use at most ${PASSWORD_MAX_LENGTH} characters.` : null;
}
