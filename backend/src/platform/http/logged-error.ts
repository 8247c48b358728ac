import type { SerializedError } from 'pino';

/** What a log tells of an error. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  /** With those of its causes. */
  readonly stack: string;
  readonly code?: string;
}

/**
 * Takes of an error what it says itself. Whatever else hangs on it stays out of the log: the database's errors carry the
 * whole statement with its values, among them prompts, and those of HTTP clients the headers that were sent.
 * @param error as pino's own serializer makes it
 */
export function loggedError({ type, message, stack, code }: SerializedError): LoggedError {
  return { type, message, stack, ...(typeof code === 'string' ? { code } : {}) };
}
