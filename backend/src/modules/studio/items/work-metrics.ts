import { Inject, Injectable } from '@nestjs/common';
import type { Tier } from '@atelier/contracts';
import { type Counter, type Histogram, Metrics } from '../../../platform/metrics/index.js';
import { ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import { UnusableImageError } from '../../storage/index.js';
import type { AbortReason } from './abort-reason.js';

/** From an image out of a pool to the deadline. */
const BOUNDS_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180, 300];

/** `aborted`: canceled, lost or put back, which says nothing about the provider. `error`: trouble of our own. */
type AttemptOutcome = 'succeeded' | 'aborted' | 'error' | ProviderErrorCategory;

const ABORT_OUTCOMES: Record<AbortReason, AttemptOutcome> = {
  deadline: 'timeout',
  'lease-lost': 'aborted',
  stopping: 'aborted',
};

export interface Attempt {
  readonly provider: string;
  readonly tier: Tier;
}

/** Counts what the work on items comes to, from the start of the process. */
@Injectable()
export class WorkMetrics {
  readonly #attempts: Counter<'provider' | 'tier' | 'outcome'>;
  readonly #durations: Histogram<'provider' | 'tier'>;
  readonly #images: Counter<never>;
  readonly #captured: Counter<never>;
  readonly #released: Counter<never>;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.#attempts = metrics.counter('atelier_provider_attempts_total', 'Calls to providers by what came of them.', [
      'provider',
      'tier',
      'outcome',
    ]);
    this.#durations = metrics.histogram(
      'atelier_provider_attempt_duration_seconds',
      'Time that providers took, whatever came of it.',
      ['provider', 'tier'],
      BOUNDS_S,
    );
    this.#images = metrics.counter('atelier_images_total', 'Images that were stored and charged.', []);
    this.#captured = metrics.counter('atelier_credits_captured_total', 'Credits taken for images.', []);
    this.#released = metrics.counter('atelier_credits_released_total', 'Credits given back for want of an image.', []);
    // Shown from the start: a rate needs the zero that it rises from.
    for (const counter of [this.#images, this.#captured, this.#released]) counter.add({}, 0);
  }

  /** Carries an attempt out and records how long it took and how it ended. */
  async measure<Result>(attempt: Attempt, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const record = (outcome: AttemptOutcome): void => {
      this.#durations.observe(attempt, (performance.now() - startedAt) / 1_000);
      this.#attempts.add({ ...attempt, outcome });
    };
    try {
      const result = await work();
      record('succeeded');
      return result;
    } catch (error) {
      record(outcomeOf(error, signal));
      throw error;
    }
  }

  /** An image was charged, for good. */
  captured(credits: number): void {
    this.#images.add({});
    this.#captured.add({}, credits);
  }

  /** Credits that were held went back, for good. */
  released(credits: number): void {
    this.#released.add({}, credits);
  }
}

function outcomeOf(error: unknown, { aborted, reason }: AbortSignal): AttemptOutcome {
  if (aborted) return isAbortReason(reason) ? ABORT_OUTCOMES[reason] : 'aborted';
  if (error instanceof ProviderError) return error.category;
  return error instanceof UnusableImageError ? 'bad_response' : 'error';
}

function isAbortReason(reason: unknown): reason is AbortReason {
  return typeof reason === 'string' && reason in ABORT_OUTCOMES;
}
