import type { FieldError } from '@atelier/contracts';
import type { ErrorKind } from '../platform/errors/index.js';

/** How a problem looks when it is thrown, and what whoever meets it does. */
export interface ProblemEntry {
  readonly kind: ErrorKind;
  /** A sentence of those that it is thrown with. */
  readonly detail: string;
  readonly advice: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable?: true;
  readonly errors?: readonly FieldError[];
}
