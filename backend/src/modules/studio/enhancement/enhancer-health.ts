import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/time/index.js';
import type { EnhancerSetup, ProviderError, ProviderErrorCategory } from '../../providers/index.js';

/** How long a failure says something about the next attempt. */
const REMEMBERED_MS = 60_000;

/** Failures that the next prompt would most likely meet as well. */
const LASTS: Record<ProviderErrorCategory, boolean> = {
  auth_failed: true,
  quota_exhausted: true,
  invalid_request: true,
  provider_unavailable: true,
  rate_limited: true,
  timeout: false,
  content_rejected: false,
  bad_response: false,
};

interface Failure {
  readonly setup: EnhancerSetup;
  readonly error: ProviderError;
  readonly until: number;
}

/**
 * How enhancers have fared lately, as far as this process knows. It warns people and keeps nobody from trying: whoever
 * has just started their server wants to see it work at once.
 */
@Injectable()
export class EnhancerHealth {
  readonly #failures = new Map<string, Failure>();

  constructor(@Inject(Clock) private readonly clock: Clock) {}

  answered(key: string): void {
    this.#failures.delete(key);
  }

  failed(key: string, setup: EnhancerSetup, error: ProviderError): void {
    if (!LASTS[error.category]) return;
    this.#failures.set(key, { setup, error, until: this.clock.now() + REMEMBERED_MS });
  }

  /** What it failed with, unless that is over, or its set-up has been changed since. */
  troubleOf(key: string, setup: EnhancerSetup): ProviderError | undefined {
    const failure = this.#failures.get(key);
    if (!failure || failure.until <= this.clock.now() || !isSame(failure.setup, setup)) return undefined;
    return failure.error;
  }
}

function isSame(one: EnhancerSetup, other: EnhancerSetup): boolean {
  return (
    one.model === other.model &&
    one.connection?.baseUrl === other.connection?.baseUrl &&
    one.connection?.apiKey === other.connection?.apiKey
  );
}
