import type { VendorKey } from '@atelier/contracts';
import { type ImageProviderKey, settingsInForce } from '../../studio-settings/index.js';
import type { VendorConnection } from '../connections/vendor-connection.js';
import { NO_SETUP } from '../choice/described-provider.js';
import type { ProviderSetup } from '../image-provider.js';
import type { EnhancerSetup } from '../prompt-enhancer.js';

export { NO_SETUP };

/** For enhancers that need none. */
export const NO_ENHANCER_SETUP: EnhancerSetup = {
  connection: undefined,
  model: '',
  instruction: 'Make it richer.',
  maxWords: 150,
};

export const connectionTo = (
  vendor: VendorKey,
  baseUrl: string,
  apiKey: string | undefined = 'test-key',
): VendorConnection => ({ vendor, baseUrl, apiKey, source: 'environment' });

/** A provider's set-up as it is while no administrator has changed a setting, with these settings changed. */
export function defaultSetup(
  provider: ImageProviderKey,
  connection: VendorConnection | undefined,
  changed: Readonly<Record<string, string>> = {},
): ProviderSetup {
  const stored = Object.entries(changed).map(([key, value]) => [key, { value, updatedAt: 0 }] as const);
  const { tiers, tokenPrices } = settingsInForce(new Map(stored)).providers[provider];
  return { connection, tiers, tokenPrices };
}
