import type { ProblemCode, ProviderErrorCategory } from '@atelier/contracts';
import { DomainError, type ErrorKind } from '../../platform/errors/index.js';

export { PROVIDER_ERROR_CATEGORIES, type ProviderErrorCategory } from '@atelier/contracts';

interface CategoryRule {
  readonly code: ProblemCode;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly message: string;
}

const RULES: Record<ProviderErrorCategory, CategoryRule> = {
  content_rejected: {
    code: 'provider.content_rejected',
    kind: 'invalid',
    retryable: false,
    message: 'This request was blocked by the content policy. Edit the prompt and try again.',
  },
  rate_limited: {
    code: 'provider.rate_limited',
    kind: 'unavailable',
    retryable: true,
    message: 'The provider is busy. Try again in a moment.',
  },
  quota_exhausted: {
    code: 'provider.quota_exhausted',
    kind: 'upstream_failed',
    retryable: false,
    message: 'The provider account has run out of quota. Tell your administrator.',
  },
  auth_failed: {
    code: 'provider.auth_failed',
    kind: 'upstream_failed',
    retryable: false,
    message: 'The provider refused our credentials. Tell your administrator.',
  },
  provider_unavailable: {
    code: 'provider.unavailable',
    kind: 'upstream_failed',
    retryable: true,
    message: 'The provider had a problem. Try again.',
  },
  timeout: {
    code: 'provider.timeout',
    kind: 'upstream_timeout',
    retryable: true,
    message: 'The provider took too long. Try again.',
  },
  invalid_request: {
    code: 'provider.invalid_request',
    kind: 'upstream_failed',
    retryable: false,
    message: 'The provider did not accept the request. Tell your administrator.',
  },
  bad_response: {
    code: 'provider.bad_response',
    kind: 'upstream_failed',
    retryable: true,
    message: 'The provider answered without a usable image. Try again.',
  },
};

export interface ProviderErrorOptions {
  readonly message?: string;
  readonly retryAfterMs?: number;
  /** Instead of what the category says. */
  readonly retryable?: boolean;
  /** The vendor's id of the failed request, for support. */
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** One word: the vendor's or the system's own name for what went wrong. */
  readonly providerCode?: string;
  readonly cause?: unknown;
}

/** A provider or enhancer that did not deliver. Nobody is charged for it. */
export class ProviderError extends DomainError {
  readonly requestId: string | undefined;
  readonly httpStatus: number | undefined;
  readonly providerCode: string | undefined;

  constructor(
    readonly category: ProviderErrorCategory,
    options: ProviderErrorOptions = {},
  ) {
    const rule = RULES[category];
    super(rule.code, rule.kind, options.message ?? rule.message, {
      retryable: options.retryable ?? rule.retryable,
      retryAfterMs: options.retryAfterMs,
      cause: options.cause,
    });
    this.requestId = options.requestId;
    this.httpStatus = options.httpStatus;
    this.providerCode = options.providerCode;
  }
}
