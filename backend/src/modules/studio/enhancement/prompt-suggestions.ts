import { Inject, Injectable } from '@nestjs/common';
import type { EnhancePromptRequest, EnhancedPrompt } from '@atelier/contracts';
import type { Actor } from '../../auth/index.js';
import { ProviderCatalogue } from '../../providers/index.js';
import { PromptEnhancement } from './prompt-enhancement.js';

/** Enhancements for people to review before anything is made of them. */
@Injectable()
export class PromptSuggestions {
  constructor(
    @Inject(PromptEnhancement) private readonly enhancement: PromptEnhancement,
    @Inject(ProviderCatalogue) private readonly providers: ProviderCatalogue,
  ) {}

  /** @param signal aborts when nobody waits for the suggestion any more */
  async suggest(user: Actor, { prompt, provider }: EnhancePromptRequest, signal: AbortSignal): Promise<EnhancedPrompt> {
    const providers = provider === undefined ? [] : await this.providers.list();
    const chosen = providers.find(({ key }) => key === provider);
    return this.enhancement.enhance(user, { prompt, maxLength: chosen?.capabilities.maxPromptLength, signal });
  }
}
