import type { FieldError, ProblemCode } from '@atelier/contracts';

/** What sort of trouble an error is. Only the problem filter knows which HTTP status each one is. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'insufficient_credits'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'address_too_long'
  | 'unsupported_media_type'
  | 'invalid'
  | 'throttled'
  | 'internal'
  | 'upstream_failed'
  | 'unavailable'
  | 'upstream_timeout'
  | 'storage_full';

export interface DomainErrorOptions {
  /** Whether the same request may succeed later without a change. */
  readonly retryable?: boolean;
  /** Earliest moment at which a retry makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
  readonly errors?: readonly FieldError[];
  readonly generationId?: string;
  readonly cause?: unknown;
}

/** An error that a client is told about. Its message is a sentence for people and never carries a secret. */
export class DomainError extends Error {
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly generationId: string | undefined;

  constructor(
    readonly code: ProblemCode,
    readonly kind: ErrorKind,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors;
    this.generationId = options.generationId;
  }
}
