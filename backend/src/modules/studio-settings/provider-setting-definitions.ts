import { ASPECT_RATIOS, TIERS, type Tier } from '@atelier/contracts';
import * as z from 'zod';
import { aspectRatios, geminiSize, pixelSizes } from './image-sizes.js';
import {
  type SettingDefinition,
  define,
  flag,
  ranking,
  usdIfKnown,
  usdPerMillionIfKnown,
  wholeNumberIfAny,
} from './setting-schemas.js';

/** Those that make images, in the order in which `auto` prefers them unless an administrator decides otherwise. */
export const IMAGE_PROVIDER_KEYS = ['openai', 'gemini', 'huggingface', 'openai_compatible', 'mock'] as const;
export type ImageProviderKey = (typeof IMAGE_PROVIDER_KEYS)[number];

/** Those that are told the size of an image in pixels. Gemini has names for it, and the mock nothing to choose. */
export const PIXEL_PROVIDER_KEYS = ['openai', 'huggingface', 'openai_compatible'] as const;
export const MODEL_PROVIDER_KEYS = [...PIXEL_PROVIDER_KEYS, 'gemini'] as const;

/** Kinds of tokens that vendors bill for, each at a price of its own. */
const OPENAI_TOKEN_KINDS = ['text_in', 'image_in', 'image_out'] as const;
const GEMINI_TOKEN_KINDS = ['text_in', 'text_out', 'image_out'] as const;
export type TokenKind = (typeof OPENAI_TOKEN_KINDS | typeof GEMINI_TOKEN_KINDS)[number];

const MAX_CONCURRENT = 1_000;

/** As vendors write it, with a prefix or suffix that says who runs it; empty where the tier is not offered. */
const modelName = z.string().regex(/^[\w./:@+-]{0,200}$/, 'must be the name of a model, without blanks, or empty');

/** Those behind Hugging Face's router that we know how to ask for images. */
export const HUGGING_FACE_SUB_PROVIDERS = ['nscale', 'hf-inference', 'together', 'fal-ai'] as const;

/** The router does not choose who makes an image, so that is a part of the name. */
const pinnedModelName = modelName.refine(
  (name) => name === '' || HUGGING_FACE_SUB_PROVIDERS.some((key) => name.startsWith(`${key}:`)),
  `must begin with one of ${HUGGING_FACE_SUB_PROVIDERS.map((key) => `${key}:`).join(', ')}, or be empty`,
);

/** Sent as it is, whatever qualities the next model has. */
const qualityName = z.string().regex(/^[a-z]{0,20}$/, 'must be one word such as medium or high, or empty');

type ByTier = Readonly<Record<Tier, string>>;

const tiers = (standard: string, premium2: string, premium4: string): ByTier => ({ standard, premium2, premium4 });

/** The same setting for each tier of some providers. */
function perTier<Provider extends string, Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
  defaults: Readonly<Record<Provider, ByTier>>,
): Record<`provider_${Provider}_${Tier}_${Name}`, SettingDefinition<Schema>> {
  const entries = Object.entries<ByTier>(defaults).flatMap(([provider, values]) =>
    TIERS.map((tier) => [`provider_${provider}_${tier}_${name}`, define(values[tier], schema)] as const),
  );
  return Object.fromEntries(entries) as ReturnType<typeof perTier<Provider, Name, Schema>>;
}

/** Models come and go every few months: these were there when this release was made. docs/providers.md tells about them. */
const MODELS = {
  openai: tiers('gpt-image-2.6-flare', 'gpt-image-2.6-flare', 'gpt-image-2.6-sunburst'),
  // What it serves today makes no more than a million good pixels.
  huggingface: tiers('nscale:black-forest-labs/FLUX.1-schnell', '', ''),
  gemini: tiers('gemini-nano-banana-2.1', 'gemini-nano-banana-2.1', 'gemini-nano-banana-2.1'),
  // Which one a server of one's own has is for its owner to say.
  openai_compatible: tiers('', '', ''),
} as const;

/** US dollars for one image. */
const COSTS = {
  openai: tiers('0.04', '0.107', '0.178'),
  huggingface: tiers('0.004', '', ''),
  gemini: tiers('0.0336', '0.0504', '0.113'),
  openai_compatible: tiers('0', '0', '0'),
} as const;

const SIZES = tiers(
  '1024x1024,1184x880,1248x832,1360x768',
  '2048x2048,2048x1536,2048x1360,2048x1152',
  '2880x2880,3312x2496,3520x2352,3840x2160',
);

const { huggingface, ...ownModels } = MODELS;

const ALL_ASPECT_RATIOS = ASPECT_RATIOS.join();

export const PROVIDER_SETTINGS = {
  provider_openai_enabled: define('true', flag),
  provider_huggingface_enabled: define('true', flag),
  provider_gemini_enabled: define('false', flag),
  provider_openai_compatible_enabled: define('true', flag),
  provider_mock_enabled: define('true', flag),
  provider_priority: define(IMAGE_PROVIDER_KEYS.join(), ranking(IMAGE_PROVIDER_KEYS)),
  ...perTier('model', modelName, ownModels),
  ...perTier('model', pinnedModelName, { huggingface }),
  ...perTier('cost_usd', usdIfKnown, COSTS),
  ...perTier('size', pixelSizes, {
    openai: { ...SIZES, standard: '1024x1024,1184x880,1536x1024,1536x864' },
    huggingface: SIZES,
    openai_compatible: SIZES,
  }),
  ...perTier('size', geminiSize, { gemini: tiers('1K', '2K', '4K') }),
  ...perTier('aspect_ratios', aspectRatios, {
    gemini: tiers(ALL_ASPECT_RATIOS, ALL_ASPECT_RATIOS, ALL_ASPECT_RATIOS),
  }),
  // Always sent: where it is left out, the vendor chooses by the prompt, and the price with it.
  ...perTier('quality', qualityName, { openai: tiers('medium', 'high', 'high') }),
  provider_openai_token_prices: define('text_in=5,image_in=8,image_out=30', usdPerMillionIfKnown(OPENAI_TOKEN_KINDS)),
  // Those of the models above. Where other models have other prices, empty: then the price per image counts.
  provider_gemini_token_prices: define('text_in=0.5,text_out=3,image_out=30', usdPerMillionIfKnown(GEMINI_TOKEN_KINDS)),
  provider_openai_max_concurrent: define('64', wholeNumberIfAny(1, MAX_CONCURRENT)),
  provider_huggingface_max_concurrent: define('16', wholeNumberIfAny(1, MAX_CONCURRENT)),
  provider_gemini_max_concurrent: define('16', wholeNumberIfAny(1, MAX_CONCURRENT)),
  // A server of one's own has few graphics cards, and lets the other requests wait until they time out.
  provider_openai_compatible_max_concurrent: define('4', wholeNumberIfAny(1, MAX_CONCURRENT)),
  provider_mock_max_concurrent: define('', wholeNumberIfAny(1, MAX_CONCURRENT)),
} as const;
