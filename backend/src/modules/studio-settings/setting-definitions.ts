import { PRICE_MAX, TIERS, type Tier } from '@atelier/contracts';
import * as z from 'zod';
import { IMAGE_PROVIDER_KEYS, type ImageProviderKey, PROVIDER_SETTINGS } from './provider-setting-definitions.js';
import { type ProviderSettings, providerSettings } from './provider-settings.js';
import { type SettingDefinition, choice, define, prose, usdIfKnown, wholeNumber } from './setting-schemas.js';

/** Most credits that a new user may be given. */
const INITIAL_CREDITS_MAX = 1_000_000_000;

export const PROMPT_ENHANCER_KEYS = ['huggingface', 'gemini', 'ollama', 'mock'] as const;

/** Longest enhancement, in words. */
const ENHANCEMENT_MAX_WORDS = 150;

const ENHANCER_INSTRUCTION_MAX_LENGTH = 2_000;

const ENHANCER_INSTRUCTION = [
  'You improve prompts for an image generator.',
  'Rewrite the idea you are given as one vivid prompt in the same language.',
  'Keep its subject, its names and every detail as they are; add light, composition, materials, colour and mood.',
  'Add no text, logos or people that were not asked for.',
  'Answer with the prompt alone: no quotes, no introduction, no explanation.',
].join(' ');

const enhancerModel = z.string().regex(/^[\w./:@+-]{1,200}$/, 'must be the name of a model, without blanks');

/** Every setting that exists: its default and what it takes. */
export const SETTINGS = {
  credit_price_standard: define('1', wholeNumber(1, PRICE_MAX)),
  credit_price_premium2: define('2', wholeNumber(1, PRICE_MAX)),
  credit_price_premium4: define('4', wholeNumber(1, PRICE_MAX)),
  /** What a credit is worth to whoever runs this, to compare prices with what vendors bill; nobody is charged by it. */
  credit_value_usd: define('', usdIfKnown),
  prompt_enhancer_provider: define('huggingface', choice(PROMPT_ENHANCER_KEYS)),
  prompt_enhancer_huggingface_model: define('meta-llama/Llama-3.1-8B-Instruct', enhancerModel),
  prompt_enhancer_gemini_model: define('gemini-3.5-flash-lite', enhancerModel),
  prompt_enhancer_ollama_model: define('llama3.2', enhancerModel),
  prompt_enhancer_instruction: define(ENHANCER_INSTRUCTION, prose(ENHANCER_INSTRUCTION_MAX_LENGTH)),
  prompt_enhancer_max_words: define(String(ENHANCEMENT_MAX_WORDS), wholeNumber(10, ENHANCEMENT_MAX_WORDS)),
  image_gen_provider: define('auto', choice(['auto', ...IMAGE_PROVIDER_KEYS])),
  ...PROVIDER_SETTINGS,
  initial_credits: define('100', wholeNumber(0, INITIAL_CREDITS_MAX)),
  /** Whose credits fall below this is told by webhook, where they asked for it. */
  credits_low_threshold: define('10', wholeNumber(0, INITIAL_CREDITS_MAX)),
} as const satisfies Record<string, SettingDefinition<z.ZodType>>;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

/** The setting that holds a tier's price. */
export const PRICE_KEYS = {
  standard: 'credit_price_standard',
  premium2: 'credit_price_premium2',
  premium4: 'credit_price_premium4',
} as const satisfies Record<Tier, SettingKey>;

export type EnhancerKey = (typeof PROMPT_ENHANCER_KEYS)[number];

/** What an administrator has decided about the enhancement of prompts. */
export interface EnhancerSettings {
  /** By enhancer; empty for the mock, which has none. */
  readonly models: Readonly<Record<EnhancerKey, string>>;
  /** What the model is told to do. */
  readonly instruction: string;
  readonly maxWords: number;
}

/** The settings in force, read and typed. */
export interface SettingsInForce {
  /** Price of one image, in credits, and which version of the setting it comes from. */
  readonly prices: Record<Tier, { readonly credits: number; readonly version: string }>;
  /** What a credit is worth to whoever runs this, in millionths of a US dollar; null while nobody has said it. */
  readonly creditValueMicros: number | null;
  readonly promptEnhancer: EnhancerKey;
  readonly enhancers: EnhancerSettings;
  readonly imageProvider: string;
  readonly enabledProviders: ReadonlySet<string>;
  /** Keys of all image providers, the one that `auto` prefers first. */
  readonly providerPriority: readonly string[];
  readonly providers: Readonly<Record<ImageProviderKey, ProviderSettings>>;
  readonly initialCredits: number;
  /** Credits of an account are few when fewer than this are available. */
  readonly creditsLowThreshold: number;
}

interface StoredSetting {
  readonly value: string;
  readonly updatedAt: number;
}

/**
 * Types what is stored. A row that no longer fits its definition is an error: a wrong price must not be guessed.
 * @param stored the rows by key; a key without a row has its default
 */
export function settingsInForce(stored: ReadonlyMap<string, StoredSetting>): SettingsInForce {
  const read = <Key extends SettingKey>(key: Key): z.output<(typeof SETTINGS)[Key]['schema']> => {
    const { schema, defaultValue } = SETTINGS[key];
    return schema.parse(stored.get(key)?.value ?? defaultValue) as z.output<(typeof SETTINGS)[Key]['schema']>;
  };
  const priceOf = (tier: Tier): { credits: number; version: string } => {
    const key = PRICE_KEYS[tier];
    return { credits: read(key), version: `${key}@${stored.get(key)?.updatedAt ?? 'default'}` };
  };
  const providers = providerSettings(read);
  return {
    prices: Object.fromEntries(TIERS.map((tier) => [tier, priceOf(tier)])) as SettingsInForce['prices'],
    creditValueMicros: read('credit_value_usd'),
    promptEnhancer: read('prompt_enhancer_provider'),
    enhancers: {
      models: {
        huggingface: read('prompt_enhancer_huggingface_model'),
        gemini: read('prompt_enhancer_gemini_model'),
        ollama: read('prompt_enhancer_ollama_model'),
        mock: '',
      },
      instruction: read('prompt_enhancer_instruction'),
      maxWords: read('prompt_enhancer_max_words'),
    },
    imageProvider: read('image_gen_provider'),
    enabledProviders: new Set(IMAGE_PROVIDER_KEYS.filter((provider) => providers[provider].isEnabled)),
    providerPriority: read('provider_priority'),
    providers,
    initialCredits: read('initial_credits'),
    creditsLowThreshold: read('credits_low_threshold'),
  };
}
