export type { ImageSize, ImageSizes } from './image-sizes.js';
export {
  HUGGING_FACE_SUB_PROVIDERS,
  IMAGE_PROVIDER_KEYS,
  type ImageProviderKey,
} from './provider-setting-definitions.js';
export type { ProviderSettings, TierSettings, TokenPrices } from './provider-settings.js';
export {
  PROMPT_ENHANCER_KEYS,
  type EnhancerKey,
  type EnhancerSettings,
  type SettingsInForce,
  settingsInForce,
} from './setting-definitions.js';
export { StudioSettingsModule } from './studio-settings.module.js';
export { StudioSettingsService } from './studio-settings.service.js';
