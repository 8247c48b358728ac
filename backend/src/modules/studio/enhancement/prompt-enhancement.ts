import { Inject, Injectable } from '@nestjs/common';
import type { EnhancedPrompt } from '@atelier/contracts';
import { inSpan } from '../../../platform/tracing/index.js';
import type { Actor } from '../../auth/index.js';
import { type Enhancement, EnhancerHealth, ProviderError, shortenPrompt } from '../../providers/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { enhancementFailure, notSetUp } from './enhancement-failures.js';
import { EnhancementMetrics } from './enhancement-metrics.js';
import { EnhancementThrottle } from './enhancement-throttle.js';
import { type ReadyEnhancer, ReadyEnhancers } from './ready-enhancers.js';

/** Longer than any enhancer gives itself: a local one may have to load its model first. */
const TIMEOUT_MS = 70_000;

/** What is to become of the enhancement. */
export interface EnhancementWish {
  readonly prompt: string;
  /** As much as the model that will draw it reads, in characters; undefined: no less than anybody writes. */
  readonly maxLength?: number | undefined;
  /** Aborts when the caller does not wait for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes prompts richer with the enhancer of the settings; costs nothing, whatever comes of it. */
@Injectable()
export class PromptEnhancement {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ReadyEnhancers) private readonly enhancers: ReadyEnhancers,
    @Inject(EnhancementThrottle) private readonly throttle: EnhancementThrottle,
    @Inject(EnhancerHealth) private readonly health: EnhancerHealth,
    @Inject(EnhancementMetrics) private readonly metrics: EnhancementMetrics,
  ) {}

  /**
   * @throws DomainError `enhancer.unavailable` with a sentence that says why, `enhancer.throttled`, or the refusal of the
   * content policy
   */
  async enhance(user: Actor, wish: EnhancementWish): Promise<EnhancedPrompt> {
    const ready = await this.enhancers.choose(await this.settings.current());
    if (!ready) throw notSetUp();
    // The offline one costs nobody anything.
    if (ready.setup.connection) await this.throttle.admit(user);
    try {
      const { text, model } = await this.#ask(ready, wish);
      return { prompt: wish.prompt, enhanced_prompt: text, provider: ready.enhancer.key, model };
    } catch (error) {
      throw enhancementFailure(error, ready, user);
    }
  }

  async #ask({ enhancer, setup }: ReadyEnhancer, { prompt, maxLength, signal }: EnhancementWish): Promise<Enhancement> {
    const deadline = AbortSignal.timeout(TIMEOUT_MS);
    const ends = signal ? AbortSignal.any([signal, deadline]) : deadline;
    try {
      const { text, model } = await this.metrics.measure(enhancer.key, ends, () =>
        inSpan('prompt.enhance', {}, () => enhancer.enhance(prompt, setup, ends)),
      );
      this.health.answered(enhancer.key);
      return {
        text: maxLength === undefined ? text : shortenPrompt(text, { maxWords: setup.maxWords, maxLength }),
        model,
      };
    } catch (error) {
      if (error instanceof ProviderError) this.health.failed(enhancer.key, setup, error);
      throw error;
    }
  }
}
