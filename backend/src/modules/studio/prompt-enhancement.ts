import { Inject, Injectable } from '@nestjs/common';
import type { EnhancedPrompt } from '@atelier/contracts';
import { ProviderError } from '../providers/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { StudioOptionsService } from './studio-options.service.js';
import { enhancerUnavailable } from './studio.errors.js';

const ENHANCER_TIMEOUT_MS = 30_000;

/** Makes prompts richer with the enhancer of the settings; costs nothing. */
@Injectable()
export class PromptEnhancement {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(StudioOptionsService) private readonly options: StudioOptionsService,
  ) {}

  /** @throws DomainError `enhancer.unavailable`, or the refusal of the content policy */
  async enhance(prompt: string): Promise<EnhancedPrompt> {
    const ready = await this.options.readyEnhancer(await this.settings.current());
    if (!ready) throw enhancerUnavailable(undefined);
    const { enhancer, setup } = ready;
    try {
      const { text, model } = await enhancer.enhance(prompt, setup, AbortSignal.timeout(ENHANCER_TIMEOUT_MS));
      return { prompt, enhanced_prompt: text, provider: enhancer.key, model };
    } catch (error) {
      if (error instanceof ProviderError && error.category === 'content_rejected') throw error;
      throw enhancerUnavailable(error);
    }
  }
}
