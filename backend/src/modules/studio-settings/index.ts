export type { SettingsInForce } from './setting-definitions.js';
export { StudioSettingsModule } from './studio-settings.module.js';
export { StudioSettingsService } from './studio-settings.service.js';
