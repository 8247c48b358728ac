import { QueryFailedError } from 'typeorm';
import { ConfigurationError } from '../platform/config/index.js';
import { DomainError } from '../platform/errors/index.js';

/** What the person at the terminal did or found, in one sentence that is shown as it is. */
export class MaintenanceError extends Error {
  override readonly name = 'MaintenanceError';
}

/** One sentence for the terminal. A driver's message may quote rows and URLs, which hold secrets: its code has to do. */
export function explain(work: string, error: unknown): string {
  if (error instanceof MaintenanceError || error instanceof ConfigurationError) return error.message;
  if (error instanceof QueryFailedError) {
    const { code } = error.driverError as { code?: unknown };
    return `${work} failed: the database refused a statement (${String(code)}).`;
  }
  // Why the store can't be reached, in its own words: those that a client is told are of no use here.
  const told = error instanceof DomainError && error.cause instanceof Error ? error.cause : error;
  const reason = told instanceof Error ? told.message : String(told);
  return `${work} failed: ${reason.replace(/\/\/[^@\s/]*@/g, '//')}`;
}

/** Whether the system says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
