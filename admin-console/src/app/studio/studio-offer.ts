import { PROMPT_MAX_LENGTH } from '@atelier/contracts/limits';
import {
  type AspectRatio,
  type Image,
  type ProviderOption,
  type ProviderStatus,
  type StudioOptions,
  type Tier,
  type TierOption,
} from '@atelier/contracts';
import { AUTO_PROVIDER, type Draft } from './studio-draft';

/** Most images that the studio asks for at once. */
export const STUDIO_MAX_COUNT = 4;

/** Display order; the first one is what every provider makes best. */
const RATIO_ORDER: readonly AspectRatio[] = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16'];

const IS_USABLE: Record<ProviderStatus, boolean> = {
  ready: true,
  slow: true,
  unavailable: false,
  not_configured: false,
};

export interface ProviderChoice {
  readonly provider: ProviderOption;
  /** Why it can't be chosen right now, or null when it can. */
  readonly reason: string | null;
}

/** What the form offers for one draft: only what some provider can really do. */
export interface Offer {
  readonly tier: TierOption | undefined;
  readonly providers: readonly ProviderChoice[];
  readonly aspectRatios: readonly AspectRatio[];
  readonly maxCount: number;
  /** Price of the whole request, or null while the tier's price is unknown. */
  readonly credits: number | null;
}

export function offerFor(options: StudioOptions, draft: Draft): Offer {
  const tier = options.tiers.find((option) => option.key === draft.tier);
  const able = options.providers.filter((provider) => isAble(provider, draft));
  return {
    tier,
    providers: options.providers.map((provider) => ({ provider, reason: reasonAgainst(provider, tier) })),
    aspectRatios: RATIO_ORDER.filter((ratio) => able.some((provider) => provider.aspect_ratios.includes(ratio))),
    maxCount: Math.min(STUDIO_MAX_COUNT, Math.max(1, ...able.map((provider) => provider.max_count))),
    credits: tier ? tier.credits * draft.count : null,
  };
}

/** The draft with every choice that is no longer on offer replaced by the nearest one that is. */
export function fitToOffer(options: StudioOptions, draft: Draft): Draft {
  const tier = isTierEnabled(options, draft.tier)
    ? draft.tier
    : (options.tiers.find((option) => option.enabled)?.key ?? draft.tier);
  const chosen = options.providers.find((provider) => provider.key === draft.provider);
  const tierOption = options.tiers.find((option) => option.key === tier);
  const provider = chosen && reasonAgainst(chosen, tierOption) === null ? draft.provider : AUTO_PROVIDER;
  const offer = offerFor(options, { ...draft, tier, provider });
  const aspectRatio = offer.aspectRatios.includes(draft.aspectRatio)
    ? draft.aspectRatio
    : (offer.aspectRatios[0] ?? draft.aspectRatio);
  const count = Math.min(draft.count, offer.maxCount);
  const isSame =
    tier === draft.tier && provider === draft.provider && aspectRatio === draft.aspectRatio && count === draft.count;
  return isSame ? draft : { ...draft, tier, provider, aspectRatio, count };
}

function isTierEnabled(options: StudioOptions, tier: Tier): boolean {
  return options.tiers.some((option) => option.key === tier && option.enabled);
}

function isAble(provider: ProviderOption, draft: Draft): boolean {
  return draft.provider === AUTO_PROVIDER
    ? provider.enabled && IS_USABLE[provider.status] && provider.tiers.includes(draft.tier)
    : provider.key === draft.provider;
}

function reasonAgainst(provider: ProviderOption, tier: TierOption | undefined): string | null {
  if (!provider.enabled) {
    return 'Turned off by your admin';
  }
  if (provider.status === 'not_configured') {
    return 'Not set up yet';
  }
  if (provider.status === 'unavailable') {
    return 'Not available right now';
  }
  return tier && !provider.tiers.includes(tier.key) ? `Doesn’t make ${tier.label} images` : null;
}

/** Why the draft can't be sent, for the line under the button; null when it can. */
export function draftObstacle(draft: Draft, offer: Offer | null): string | null {
  if (offer === null) {
    return 'Loading prices…';
  }
  if (offer.tier?.enabled !== true) {
    return 'No tier can be used right now.';
  }
  if (draft.prompt.trim() === '') {
    return 'Describe your image to start.';
  }
  return draft.prompt.length > PROMPT_MAX_LENGTH ? 'Shorten the prompt to continue.' : null;
}

/** Median of how long the tier's latest images took; null with too few of them to say. */
export function typicalDurationMs(images: readonly Image[], tier: Tier): number | null {
  const durations = images
    .filter((image) => image.tier === tier)
    .map((image) => image.duration_ms)
    .sort((a, b) => a - b);
  return durations.length < 3 ? null : (durations[Math.floor(durations.length / 2)] ?? null);
}
