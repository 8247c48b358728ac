import { TIERS, type Tier } from '@atelier/contracts';
import type * as z from 'zod';
import { type ImageSizes, sizesOfGemini } from './image-sizes.js';
import {
  IMAGE_PROVIDER_KEYS,
  type ImageProviderKey,
  type MODEL_PROVIDER_KEYS,
  PROVIDER_SETTINGS,
  type TokenKind,
} from './provider-setting-definitions.js';

type ModelProviderKey = (typeof MODEL_PROVIDER_KEYS)[number];

/** With what a provider makes the images of one tier. */
export interface TierSettings {
  readonly model: string;
  /** In the vendor's words; null where it has none. */
  readonly quality: string | null;
  /** In pixels by aspect ratio; the ratios that are here are the ones offered. */
  readonly sizes: ImageSizes;
  /** The vendor's own name for the size, such as Gemini's `2K`; null where it is told the pixels. */
  readonly sizeName: string | null;
  /** What one image costs at the vendor as a rule, in millionths of a US dollar; null where that is not known. */
  readonly costMicros: number | null;
}

/** What an administrator has decided about a provider. */
export interface ProviderSettings {
  readonly isEnabled: boolean;
  /** Calls that may be under way at a time, in all processes together; null where it does not matter. */
  readonly maxConcurrent: number | null;
  /** A tier that is missing is not offered. Empty for the mock, which has nothing to choose. */
  readonly tiers: Readonly<Partial<Record<Tier, TierSettings>>>;
  /** Millionths of a US dollar per token by kind, where the vendor bills for tokens. */
  readonly tokenPrices: TokenPrices | undefined;
}

/** By kind of token. A vendor that does not bill for a kind has no price for it. */
export type TokenPrices = Readonly<Partial<Record<TokenKind, number>>>;

type ProviderSettingKey = keyof typeof PROVIDER_SETTINGS;

/** The value in force of one setting. */
export type ReadProviderSetting = <Key extends ProviderSettingKey>(
  key: Key,
) => z.output<(typeof PROVIDER_SETTINGS)[Key]['schema']>;

export function providerSettings(read: ReadProviderSetting): Readonly<Record<ImageProviderKey, ProviderSettings>> {
  const of = (provider: ImageProviderKey): ProviderSettings => ({
    isEnabled: read(`provider_${provider}_enabled`),
    maxConcurrent: read(`provider_${provider}_max_concurrent`),
    tiers: provider === 'mock' ? {} : tiersOf(provider, read),
    tokenPrices: provider === 'openai' || provider === 'gemini' ? read(`provider_${provider}_token_prices`) : undefined,
  });
  return Object.fromEntries(IMAGE_PROVIDER_KEYS.map((key) => [key, of(key)])) as ReturnType<typeof providerSettings>;
}

function tiersOf(provider: ModelProviderKey, read: ReadProviderSetting): ProviderSettings['tiers'] {
  const offered = TIERS.flatMap((tier) => {
    const model = read(`provider_${provider}_${tier}_model`);
    return model === '' ? [] : [[tier, tierOf(provider, tier, model, read)] as const];
  });
  return Object.fromEntries(offered);
}

function tierOf(provider: ModelProviderKey, tier: Tier, model: string, read: ReadProviderSetting): TierSettings {
  const costMicros = read(`provider_${provider}_${tier}_cost_usd`);
  if (provider === 'gemini') {
    const sizeName = read(`provider_gemini_${tier}_size`);
    const sizes = sizesOfGemini(sizeName, read(`provider_gemini_${tier}_aspect_ratios`));
    return { model, quality: null, sizes, sizeName, costMicros };
  }
  const quality = provider === 'openai' ? read(`provider_openai_${tier}_quality`) || null : null;
  return { model, quality, sizes: read(`provider_${provider}_${tier}_size`), sizeName: null, costMicros };
}
