import { TIERS, type AspectRatio, type ProviderStatus, type Tier } from '@atelier/contracts';
import type { ImageProvider, ImageProviderCapabilities, ProviderSetup } from '../image-provider.js';

/** A provider as it is set up now. */
export interface DescribedProvider {
  readonly key: string;
  readonly label: string;
  readonly status: ProviderStatus;
  readonly capabilities: ImageProviderCapabilities;
}

/** What there is for a provider that settings know nothing of. */
export const NO_SETUP: ProviderSetup = { connection: undefined, tiers: {} };

export function describeProviders(
  providers: readonly ImageProvider[],
  setups: ReadonlyMap<string, ProviderSetup>,
): DescribedProvider[] {
  return providers.map((provider) => {
    const { key, label } = provider;
    return { key, label, ...provider.describe(setups.get(key) ?? NO_SETUP) };
  });
}

/** The sizes that the tiers of a set-up give. */
export function offeredSizes({ tiers }: ProviderSetup): ImageProviderCapabilities['sizes'] {
  return Object.fromEntries(TIERS.flatMap((tier) => (tiers[tier] ? [[tier, tiers[tier].sizes]] : [])));
}

export function tiersOf({ sizes }: ImageProviderCapabilities): Tier[] {
  return TIERS.filter((tier) => sizes[tier] !== undefined);
}

/** The aspect ratios of any tier. */
export function aspectRatiosOf({ sizes }: ImageProviderCapabilities): Set<AspectRatio> {
  return new Set(TIERS.flatMap((tier) => [...(sizes[tier]?.keys() ?? [])]));
}
