import { requestInvalid } from '../auth.errors.js';

/** Where the next page of users begins: behind the user with this id. */
export const writeUserCursor = (lastId: number): string => Buffer.from(String(lastId)).toString('base64url');

/** @throws DomainError `request.invalid` for anything that {@link writeUserCursor} did not write */
export function readUserCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^[1-9]\d{0,9}$/.test(text)) throw requestInvalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return Number(text);
}
