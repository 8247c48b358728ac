import { Inject, Injectable } from '@nestjs/common';
import { VENDORS, type VendorKey } from '@atelier/contracts';
import { IMAGE_PROVIDER_KEYS, type SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';
import type { VendorConnection } from './connections/vendor-connection.js';
import { VendorConnections } from './connections/vendor-connections.js';
import type { ProviderSetup } from './image-provider.js';

/** The image providers' set-ups as they are now. */
@Injectable()
export class ProviderSetups {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(VendorConnections) private readonly connections: VendorConnections,
  ) {}

  /** @param settings those in force, where they have been read already */
  async read(settings?: SettingsInForce): Promise<ReadonlyMap<string, ProviderSetup>> {
    const [{ providers }, connections] = await Promise.all([
      settings ?? this.settings.current(),
      this.connections.current(),
    ]);
    return new Map(
      IMAGE_PROVIDER_KEYS.map((key): [string, ProviderSetup] => {
        const { tiers, tokenPrices } = providers[key];
        return [key, { connection: connectionOf(key, connections), tiers, tokenPrices }];
      }),
    );
  }
}

/** A provider has the name of the vendor that it is reached at; the mock is at nobody's. */
export function connectionOf(
  provider: string,
  connections: ReadonlyMap<VendorKey, VendorConnection>,
): VendorConnection | undefined {
  const vendor = VENDORS.find((key) => key === provider);
  return vendor && connections.get(vendor);
}
