import { Inject, Injectable } from '@nestjs/common';
import type { AspectRatio, Tier } from '@atelier/contracts';
import {
  type Availability,
  type DescribedProvider,
  ProviderBreaker,
  ProviderCatalogue,
  ProviderHealth,
  type ProviderWish,
  chooseFallback,
  chooseProvider,
} from '../providers/index.js';
import { type SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';

/** Decides who makes an image, by what providers can do and how they are at the moment. */
@Injectable()
export class ProviderChoice {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderCatalogue) private readonly catalogue: ProviderCatalogue,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderHealth) private readonly health: ProviderHealth,
  ) {}

  /** @throws DomainError when the wish can't be met */
  async choose(wish: ProviderWish, settings: SettingsInForce): Promise<DescribedProvider> {
    return chooseProvider(wish, await this.#availability(settings));
  }

  /** Who makes an image in place of those that have been tried; undefined when there is nobody. */
  async another(
    { tier, aspectRatio }: { tier: Tier; aspectRatio: AspectRatio },
    tried: ReadonlySet<string>,
  ): Promise<string | undefined> {
    const availability = await this.#availability(await this.settings.current());
    return chooseFallback({ tier, aspectRatio, count: 1 }, availability, tried)?.key;
  }

  async #availability(settings: SettingsInForce): Promise<Availability> {
    const [providers, resting, inTrouble] = await Promise.all([
      this.catalogue.list(settings),
      this.breaker.resting(),
      this.health.inTrouble(),
    ]);
    return { providers, enabledKeys: settings.enabledProviders, resting, inTrouble };
  }
}
