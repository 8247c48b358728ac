import type { ProviderOption, StudioOptions, StudioSetting } from '@atelier/contracts';

export function setting(key: string, value: string, more: Partial<StudioSetting> = {}): StudioSetting {
  return { key, value, default_value: value, source: 'default', updated_at: null, updated_by: null, ...more };
}

export function providerOption(key: string, label: string, more: Partial<ProviderOption> = {}): ProviderOption {
  return {
    key,
    label,
    enabled: true,
    status: 'ready',
    tiers: ['standard', 'premium2', 'premium4'],
    aspect_ratios: ['1:1'],
    max_count: 4,
    supports: { seed: true },
    ...more,
  };
}

export function studioOptions(more: Partial<StudioOptions> = {}): StudioOptions {
  return {
    tiers: [
      { key: 'standard', label: 'Standard', credits: 1, width: 1024, height: 1024, enabled: true },
      { key: 'premium2', label: 'Premium 2', credits: 2, width: 2048, height: 2048, enabled: true },
      { key: 'premium4', label: 'Premium 4', credits: 4, width: 4096, height: 4096, enabled: true },
    ],
    providers: [providerOption('openai', 'OpenAI'), providerOption('mock', 'Offline mock', { status: 'ready' })],
    default_provider: 'auto',
    enhancer: { key: 'mock', label: 'Offline mock', ready: true },
    ...more,
  };
}
