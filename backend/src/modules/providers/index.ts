export {
  AUTO_PROVIDER,
  autoChoices,
  type Availability,
  chooseFallback,
  chooseProvider,
  currentStatus,
  type ProviderWish,
} from './choice/choose-provider.js';
export { type DescribedProvider, NO_SETUP, aspectRatiosOf, tiersOf } from './choice/described-provider.js';
export { shorten as shortenPrompt } from './enhancement/shortening.js';
export { EnhancerHealth } from './enhancement/enhancer-health.js';
export { EnhancerSetups } from './enhancement/enhancer-setups.js';
export type {
  AcceptanceListener,
  ImageProvider,
  ImageProviderCapabilities,
  ImageRequest,
  PixelSize,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
} from './image-provider.js';
export type { Enhancement, EnhancerSetup, PromptEnhancer } from './prompt-enhancer.js';
export { type CallEnd, type CallSum, ProviderAttempts } from './calls/provider-attempts.js';
export { type Admission, ProviderBreaker, ProviderRestingError } from './calls/provider-breaker.js';
export { ProviderAdministrationModule } from './administration/provider-administration.module.js';
export { ProviderCatalogue } from './provider-catalogue.js';
export { ProviderCallsModule } from './calls/provider-calls.module.js';
export {
  PROVIDER_ERROR_CATEGORIES,
  ProviderError,
  type ProviderErrorCategory,
  type ProviderErrorOptions,
} from './provider-error.js';
export { type Health, ProviderHealth } from './calls/provider-health.js';
export { EnhancerRegistry, IMAGE_PROVIDERS, PROMPT_ENHANCERS, ProviderRegistry } from './provider-registry.js';
export { ProviderSetups } from './provider-setups.js';
export { ProvidersModule } from './providers.module.js';
