import { Inject, Injectable } from '@nestjs/common';
import { type ProviderStatus, type StudioOptions, TIERS, type Tier, type TierOption } from '@atelier/contracts';
import type { Actor } from '../auth/index.js';
import {
  EnhancerHealth,
  type DescribedProvider,
  type Health,
  ProviderBreaker,
  ProviderCatalogue,
  ProviderHealth,
  aspectRatiosOf,
  autoChoices,
  currentStatus,
  tiersOf,
} from '../providers/index.js';
import { type SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';
import { notSetUpInWords, troubleInWords } from './enhancement/enhancement-failures.js';
import { ReadyEnhancers } from './enhancement/ready-enhancers.js';

const TIER_LABELS: Record<Tier, string> = { standard: 'Standard', premium2: 'Premium 2', premium4: 'Premium 4' };

/** What a square image has where no provider offers the tier. */
const NOMINAL_EDGES: Record<Tier, number> = { standard: 1_024, premium2: 2_048, premium4: 4_096 };

/** What can be chosen right now, from the settings and what the providers say of themselves. */
@Injectable()
export class StudioOptionsService {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderCatalogue) private readonly providers: ProviderCatalogue,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(ProviderHealth) private readonly health: ProviderHealth,
    @Inject(ReadyEnhancers) private readonly enhancers: ReadyEnhancers,
    @Inject(EnhancerHealth) private readonly enhancerHealth: EnhancerHealth,
  ) {}

  async options(user: Actor): Promise<StudioOptions> {
    const settings = await this.settings.current();
    const [providers, resting, health, enhancer] = await Promise.all([
      this.providers.list(settings),
      this.breaker.resting(),
      this.health.current(),
      this.#enhancerOption(settings, user),
    ]);
    return {
      tiers: TIERS.map((tier) => tierOption(tier, providers, settings)),
      providers: providers.map((provider) => {
        const { key, label, capabilities } = provider;
        return {
          key,
          label,
          enabled: settings.enabledProviders.has(key),
          status: statusOf(currentStatus(provider, resting), health.get(key)),
          tiers: tiersOf(capabilities),
          aspect_ratios: [...aspectRatiosOf(capabilities)],
          max_count: capabilities.maxCount,
          supports: { seed: capabilities.supportsSeed },
        };
      }),
      default_provider: settings.imageProvider,
      enhancer,
    };
  }

  async #enhancerOption(settings: SettingsInForce, user: Actor): Promise<StudioOptions['enhancer']> {
    const ready = await this.enhancers.choose(settings);
    if (!ready) {
      const { promptEnhancer: key } = settings;
      return { key, label: key, ready: false, reason: notSetUpInWords() };
    }
    const { enhancer, setup } = ready;
    const trouble = this.enhancerHealth.troubleOf(enhancer.key, setup);
    return {
      key: enhancer.key,
      label: enhancer.label,
      ready: true,
      ...(trouble && { reason: troubleInWords(trouble, ready, user) }),
    };
  }
}

/** A provider that is up and nevertheless not as it should be. */
function statusOf(status: ProviderStatus, health: Health | undefined): ProviderStatus {
  return status === 'ready' && (health?.isSlow || health?.state === 'failing') ? 'slow' : status;
}

function tierOption(
  tier: Tier,
  providers: readonly DescribedProvider[],
  { prices, enabledProviders, imageProvider }: SettingsInForce,
): TierOption {
  const able = autoChoices({ providers, enabledKeys: enabledProviders }).filter(
    ({ capabilities }) => capabilities.sizes[tier] !== undefined,
  );
  // The size of whom an unspecific wish goes to: the list is in order of preference.
  const likely = able.find(({ key }) => key === imageProvider) ?? able[0];
  const sizes = likely?.capabilities.sizes[tier];
  const [anySize] = sizes?.values() ?? [];
  const { width, height } = sizes?.get('1:1') ?? anySize ?? { width: NOMINAL_EDGES[tier], height: NOMINAL_EDGES[tier] };
  return {
    key: tier,
    label: TIER_LABELS[tier],
    credits: prices[tier].credits,
    width,
    height,
    enabled: likely !== undefined,
    ...(likely ? {} : { reason: 'No provider that is switched on can make it.' }),
  };
}
