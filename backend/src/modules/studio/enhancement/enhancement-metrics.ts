import { Inject, Injectable } from '@nestjs/common';
import { type Counter, type Histogram, Metrics } from '../../../platform/metrics/index.js';
import { ProviderError, type ProviderErrorCategory } from '../../providers/index.js';

/** From the offline one to a local one that has to load its model. */
const BOUNDS_S = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** `aborted`: the caller went away. `error`: trouble of our own. */
type Outcome = 'succeeded' | 'aborted' | 'error' | ProviderErrorCategory;

/** Counts what enhancers are asked, from the start of the process. What it costs is in the tokens of their providers. */
@Injectable()
export class EnhancementMetrics {
  readonly #enhancements: Counter<'enhancer' | 'outcome'>;
  readonly #durations: Histogram<'enhancer'>;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.#enhancements = metrics.counter(
      'atelier_enhancements_total',
      'Prompts given to enhancers by what came of it.',
      ['enhancer', 'outcome'],
    );
    this.#durations = metrics.histogram(
      'atelier_enhancement_duration_seconds',
      'Time that enhancers took, whatever came of it.',
      ['enhancer'],
      BOUNDS_S,
    );
  }

  async measure<Result>(enhancer: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const record = (outcome: Outcome): void => {
      this.#durations.observe({ enhancer }, (performance.now() - startedAt) / 1_000);
      this.#enhancements.add({ enhancer, outcome });
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
}

function outcomeOf(error: unknown, { aborted, reason }: AbortSignal): Outcome {
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError';
  if (aborted && !isDeadline) return 'aborted';
  return error instanceof ProviderError ? error.category : 'error';
}
