import { Inject, Injectable } from '@nestjs/common';
import type { ImageProvider } from './image-provider.js';
import type { PromptEnhancer } from './prompt-enhancer.js';

/** Injection tokens of the adapters, each an array. */
export const IMAGE_PROVIDERS = Symbol('IMAGE_PROVIDERS');
export const PROMPT_ENHANCERS = Symbol('PROMPT_ENHANCERS');

/** The image providers by key, in registration order. */
@Injectable()
export class ProviderRegistry {
  private readonly providers: ReadonlyMap<string, ImageProvider>;

  constructor(@Inject(IMAGE_PROVIDERS) providers: readonly ImageProvider[]) {
    this.providers = byUniqueKey('image provider', providers);
  }

  get(key: string): ImageProvider | undefined {
    return this.providers.get(key);
  }

  list(): readonly ImageProvider[] {
    return [...this.providers.values()];
  }
}

/** The prompt enhancers by key, in registration order. */
@Injectable()
export class EnhancerRegistry {
  private readonly enhancers: ReadonlyMap<string, PromptEnhancer>;

  constructor(@Inject(PROMPT_ENHANCERS) enhancers: readonly PromptEnhancer[]) {
    this.enhancers = byUniqueKey('prompt enhancer', enhancers);
  }

  get(key: string): PromptEnhancer | undefined {
    return this.enhancers.get(key);
  }

  list(): readonly PromptEnhancer[] {
    return [...this.enhancers.values()];
  }
}

/** Throws at start-up: two adapters under one key would silently hide one of them. */
function byUniqueKey<Adapter extends { readonly key: string }>(
  noun: string,
  adapters: readonly Adapter[],
): ReadonlyMap<string, Adapter> {
  const byKey = new Map<string, Adapter>();
  for (const adapter of adapters) {
    if (byKey.has(adapter.key)) throw new Error(`Two ${noun}s are registered under the key "${adapter.key}".`);
    byKey.set(adapter.key, adapter);
  }
  return byKey;
}
