import { ASPECT_RATIOS, TIERS, type ProviderStatus } from '@atelier/contracts';
import type { ImageProvider, ImageProviderCapabilities } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';

export interface FakeProviderOptions {
  readonly key: string;
  readonly status?: ProviderStatus;
  readonly capabilities?: Partial<ImageProviderCapabilities>;
}

/** A provider that can be asked about, but makes nothing. */
export function fakeProvider({ key, status = 'ready', capabilities = {} }: FakeProviderOptions): ImageProvider {
  return {
    key,
    label: key.toUpperCase(),
    status: () => status,
    capabilities: () => ({
      tiers: TIERS,
      aspectRatios: ASPECT_RATIOS,
      maxCount: 8,
      supportsSeed: false,
      squareEdges: { standard: 1_024, premium2: 2_048, premium4: 4_096 },
      ...capabilities,
    }),
    generate: () => Promise.reject(new ProviderError('provider_unavailable')),
  };
}
