import { HttpErrorResponse } from '@angular/common/http';
import type { Problem } from '@atelier/contracts';

/** What every explanation goes by; a failed generation carries no more than this. */
export type ProblemCore = Pick<Problem, 'code' | 'charged'> & Partial<Problem>;

/** The problem that the server answered with; null when there was no answer or it was not ours. */
export function problemOf(error: unknown): ProblemCore | null {
  const body: unknown = error instanceof HttpErrorResponse ? error.error : error;
  return isProblem(body) ? body : null;
}

/** The refused fields by their dotted path; empty when the problem names none. */
export function fieldMessages(error: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries((problemOf(error)?.errors ?? []).map(({ path, message }) => [path, message]));
}

/** Seconds that the server asks to wait, or null. `Retry-After` also comes as a date. */
export function retryAfterSeconds(error: unknown): number | null {
  const header = error instanceof HttpErrorResponse ? error.headers.get('Retry-After') : null;
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1_000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

function isProblem(body: unknown): body is ProblemCore {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'charged' in body &&
    typeof body.charged === 'boolean'
  );
}
