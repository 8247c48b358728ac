export { AUTO_PROVIDER, chooseProvider, currentStatus, type ProviderWish } from './choose-provider.js';
export type {
  ImageProvider,
  ImageProviderCapabilities,
  ImageRequest,
  PixelSize,
  ProviderImage,
} from './image-provider.js';
export type { Enhancement, PromptEnhancer } from './prompt-enhancer.js';
export { type CallEnd, ProviderAttempts } from './provider-attempts.js';
export { type Admission, ProviderBreaker, ProviderRestingError } from './provider-breaker.js';
export { ProviderCallsModule } from './provider-calls.module.js';
export {
  PROVIDER_ERROR_CATEGORIES,
  ProviderError,
  type ProviderErrorCategory,
  type ProviderErrorOptions,
} from './provider-error.js';
export { EnhancerRegistry, IMAGE_PROVIDERS, PROMPT_ENHANCERS, ProviderRegistry } from './provider-registry.js';
export { ProvidersModule } from './providers.module.js';
