import { Inject, Injectable } from '@nestjs/common';
import { type StudioOptions, TIERS, type Tier, type TierOption } from '@atelier/contracts';
import {
  EnhancerRegistry,
  type PromptEnhancer,
  ProviderBreaker,
  ProviderRegistry,
  currentStatus,
} from '../providers/index.js';
import { type SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';

const TIER_LABELS: Record<Tier, string> = { standard: 'Standard', premium2: 'Premium 2', premium4: 'Premium 4' };

/** What a square image has where no provider offers the tier. */
const NOMINAL_EDGES: Record<Tier, number> = { standard: 1_024, premium2: 2_048, premium4: 4_096 };

/** Answers offline, so it stands in until the enhancer of the settings has been set up. */
const FALLBACK_ENHANCER = 'mock';

/** What can be chosen right now, from the settings and what the providers say of themselves. */
@Injectable()
export class StudioOptionsService {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(EnhancerRegistry) private readonly enhancers: EnhancerRegistry,
  ) {}

  async options(): Promise<StudioOptions> {
    const [settings, resting] = await Promise.all([this.settings.current(), this.breaker.resting()]);
    const enhancer = this.enhancerFor(settings);
    return {
      tiers: TIERS.map((tier) => this.#tierOption(tier, settings)),
      providers: this.providers.list().map((provider) => {
        const { tiers, aspectRatios, maxCount, supportsSeed } = provider.capabilities();
        return {
          key: provider.key,
          label: provider.label,
          enabled: settings.enabledProviders.has(provider.key),
          status: currentStatus(provider, resting),
          tiers: [...tiers],
          aspect_ratios: [...aspectRatios],
          max_count: maxCount,
          supports: { seed: supportsSeed },
        };
      }),
      default_provider: settings.imageProvider,
      enhancer: {
        key: enhancer?.key ?? settings.promptEnhancer,
        label: enhancer?.label ?? settings.promptEnhancer,
        ready: enhancer !== undefined,
      },
    };
  }

  /** The enhancer of the settings if it is ready, else the offline one. */
  enhancerFor({ promptEnhancer }: SettingsInForce): PromptEnhancer | undefined {
    return [promptEnhancer, FALLBACK_ENHANCER]
      .map((key) => this.enhancers.get(key))
      .find((enhancer) => enhancer?.isReady() === true);
  }

  #tierOption(tier: Tier, { prices, enabledProviders, imageProvider }: SettingsInForce): TierOption {
    const able = this.providers
      .list()
      .filter(
        (provider) =>
          enabledProviders.has(provider.key) &&
          provider.status() !== 'not_configured' &&
          provider.capabilities().tiers.includes(tier),
      );
    // The sizes of whom an unspecific wish goes to: the list is in order of preference.
    const likely = able.find(({ key }) => key === imageProvider) ?? able[0];
    const edge = likely?.capabilities().squareEdges[tier] ?? NOMINAL_EDGES[tier];
    return {
      key: tier,
      label: TIER_LABELS[tier],
      credits: prices[tier].credits,
      width: edge,
      height: edge,
      enabled: likely !== undefined,
      ...(likely ? {} : { reason: 'No provider that is switched on can make it.' }),
    };
  }
}
