import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/time/index.js';
import type { EnhancerSetup } from '../prompt-enhancer.js';
import type { ProviderError, ProviderErrorCategory } from '../provider-error.js';

/** How long a failure says something about the next attempt. */
const TELLING_MS = 60_000;

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

export interface EnhancerFailure {
  readonly setup: EnhancerSetup;
  readonly error: ProviderError;
  readonly at: number;
}

/**
 * How enhancers have fared lately, as far as this process knows. It warns people and keeps nobody from trying: whoever
 * has just started their server wants to see it work at once.
 */
@Injectable()
export class EnhancerHealth {
  /** What came of the last prompt; null when it was enhanced. */
  readonly #last = new Map<string, EnhancerFailure | null>();

  constructor(@Inject(Clock) private readonly clock: Clock) {}

  answered(key: string): void {
    this.#last.set(key, null);
  }

  failed(key: string, setup: EnhancerSetup, error: ProviderError): void {
    // That says something about the prompt, and nothing about the enhancer.
    if (error.category === 'content_rejected') return;
    this.#last.set(key, { setup, error, at: this.clock.now() });
  }

  /** What came of its last prompt: a failure, null for none, undefined when it has not been asked. */
  lastFailure(key: string): EnhancerFailure | null | undefined {
    return this.#last.get(key);
  }

  /** What the next prompt would most likely fail with, unless the enhancer has been set up anew since. */
  troubleOf(key: string, setup: EnhancerSetup): ProviderError | undefined {
    const failure = this.#last.get(key);
    if (!failure || !LASTS[failure.error.category] || failure.at + TELLING_MS <= this.clock.now()) return undefined;
    return isSame(failure.setup, setup) ? failure.error : undefined;
  }
}

function isSame(one: EnhancerSetup, other: EnhancerSetup): boolean {
  return (
    one.model === other.model &&
    one.connection?.baseUrl === other.connection?.baseUrl &&
    one.connection?.apiKey === other.connection?.apiKey
  );
}
