import { PRICE_MAX, TIERS, type Tier } from '@atelier/contracts';
import * as z from 'zod';

/** Most credits that a new user may be given. */
const INITIAL_CREDITS_MAX = 1_000_000_000;

/** The providers that an administrator can switch on and off. */
const SWITCHED_PROVIDERS = ['openai', 'huggingface', 'gemini', 'mock'] as const;

export const PROMPT_ENHANCER_KEYS = ['huggingface', 'gemini', 'ollama', 'mock'] as const;

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`);

const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

const choice = <const Options extends readonly [string, ...string[]]>(options: Options) =>
  z.enum(options, { error: `must be one of ${options.join(', ')}` });

interface SettingDefinition<Schema extends z.ZodType> {
  readonly defaultValue: string;
  /** Reads the text that is stored and sent. */
  readonly schema: Schema;
}

const define = <Schema extends z.ZodType>(defaultValue: string, schema: Schema): SettingDefinition<Schema> => ({
  defaultValue,
  schema,
});

/** Every setting that exists: its default and what it takes. */
export const SETTINGS = {
  credit_price_standard: define('1', wholeNumber(1, PRICE_MAX)),
  credit_price_premium2: define('2', wholeNumber(1, PRICE_MAX)),
  credit_price_premium4: define('4', wholeNumber(1, PRICE_MAX)),
  prompt_enhancer_provider: define('huggingface', choice(PROMPT_ENHANCER_KEYS)),
  image_gen_provider: define('auto', choice(['auto', 'openai', 'huggingface', 'gemini', 'mock'])),
  provider_openai_enabled: define('true', flag),
  provider_huggingface_enabled: define('true', flag),
  provider_gemini_enabled: define('false', flag),
  provider_mock_enabled: define('true', flag),
  initial_credits: define('100', wholeNumber(0, INITIAL_CREDITS_MAX)),
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

/** The settings in force, read and typed. */
export interface SettingsInForce {
  /** Price of one image, in credits, and which version of the setting it comes from. */
  readonly prices: Record<Tier, { readonly credits: number; readonly version: string }>;
  readonly promptEnhancer: (typeof PROMPT_ENHANCER_KEYS)[number];
  readonly imageProvider: string;
  readonly enabledProviders: ReadonlySet<string>;
  readonly initialCredits: number;
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
  return {
    prices: Object.fromEntries(TIERS.map((tier) => [tier, priceOf(tier)])) as SettingsInForce['prices'],
    promptEnhancer: read('prompt_enhancer_provider'),
    imageProvider: read('image_gen_provider'),
    enabledProviders: new Set(SWITCHED_PROVIDERS.filter((provider) => read(`provider_${provider}_enabled`))),
    initialCredits: read('initial_credits'),
  };
}
