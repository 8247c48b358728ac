import { Inject, Injectable } from '@nestjs/common';
import { type Counter, Metrics } from '../../../platform/metrics/index.js';

/** What a vendor will bill for, where it counts in tokens. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Counts what providers say they will bill for, from the start of the process. */
@Injectable()
export class ProviderMetrics {
  readonly #tokens: Counter<'provider' | 'model' | 'direction'>;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.#tokens = metrics.counter('atelier_provider_tokens_total', 'Tokens that providers will bill for.', [
      'provider',
      'model',
      'direction',
    ]);
  }

  used(provider: string, model: string, { inputTokens, outputTokens }: TokenUsage): void {
    this.#tokens.add({ provider, model, direction: 'input' }, inputTokens);
    this.#tokens.add({ provider, model, direction: 'output' }, outputTokens);
  }
}
