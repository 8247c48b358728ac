import { Inject, Injectable } from '@nestjs/common';
import { type SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';
import { type DescribedProvider, describeProviders } from './choice/described-provider.js';
import { ProviderRegistry } from './provider-registry.js';
import { ProviderSetups } from './provider-setups.js';

/** The image providers as they are set up now. */
@Injectable()
export class ProviderCatalogue {
  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: ProviderSetups,
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
  ) {}

  /** All of them, the one that `auto` prefers first. @param settings those in force, where they have been read already */
  async list(settings?: SettingsInForce): Promise<DescribedProvider[]> {
    const inForce = settings ?? (await this.settings.current());
    const described = describeProviders(this.registry.list(), await this.setups.read(inForce));
    const rank = (key: string): number => {
      const place = inForce.providerPriority.indexOf(key);
      return place === -1 ? Number.POSITIVE_INFINITY : place;
    };
    return described.toSorted((one, other) => rank(one.key) - rank(other.key) || 0);
  }
}
