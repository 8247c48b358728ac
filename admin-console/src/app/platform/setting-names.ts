import type { Tier } from '@atelier/contracts';
import { formatCount, formatCredits, formatDollars } from './formatting';
import { TIERS, providerName, tierName } from './image-text';

type Unit = 'credits' | 'words' | 'US dollars';

export interface SettingName {
  readonly label: string;
  readonly unit?: Unit;
}

/** How the settings of the whole installation are called, wherever people read of them. */
export const SETTING_NAMES = {
  credit_price_standard: { label: 'Standard price', unit: 'credits' },
  credit_price_premium2: { label: 'Premium 2 price', unit: 'credits' },
  credit_price_premium4: { label: 'Premium 4 price', unit: 'credits' },
  credit_value_usd: { label: 'Value of a credit', unit: 'US dollars' },
  prompt_enhancer_provider: { label: 'Enhancer' },
  prompt_enhancer_instruction: { label: 'Instruction' },
  prompt_enhancer_max_words: { label: 'Longest enhancement', unit: 'words' },
  initial_credits: { label: 'Initial credits', unit: 'credits' },
  credits_low_threshold: { label: 'Low credits', unit: 'credits' },
  image_gen_provider: { label: 'Default provider' },
  provider_priority: { label: 'Order of the providers' },
} as const satisfies Readonly<Record<string, SettingName>>;

/** How the settings of one provider are called. */
export const PROVIDER_SETTING_NAMES = {
  model: 'Model',
  size: 'Sizes',
  aspect_ratios: 'Aspect ratios',
  quality: 'Quality',
  cost_usd: 'Cost of one image',
  max_concurrent: 'Images at the same time',
  token_prices: 'Token prices',
  enhancer_model: 'Model for prompts',
} as const;

export const ENHANCER_LABELS: Readonly<Record<string, string>> = {
  huggingface: 'Hugging Face',
  gemini: 'Gemini',
  ollama: 'Ollama',
  mock: 'Offline mock',
};

const OF_TIER = new RegExp(`^provider_(.+)_(${TIERS.join('|')})_(model|size|aspect_ratios|quality|cost_usd)$`);
const OF_PROVIDER = /^provider_(.+)_(max_concurrent|token_prices)$/;
const OF_ENHANCER = /^prompt_enhancer_(.+)_model$/;
const SWITCH = /^provider_(.+)_enabled$/;

/** The provider that a setting turns on and off; undefined for other settings. */
export function switchedProvider(key: string): string | undefined {
  const provider = SWITCH.exec(key)?.[1];
  return provider === undefined ? undefined : providerName(provider);
}

/** `Standard price`, `OpenAI, Standard: model`; a setting that is not known goes by its key. */
export function settingName(key: string): string {
  if (isNamed(key)) return SETTING_NAMES[key].label;
  const [, ofTier, tier, tierKind] = OF_TIER.exec(key) ?? [];
  if (ofTier !== undefined && isTier(tier) && isKind(tierKind)) {
    return `${providerName(ofTier)}, ${tierName(tier)}: ${uncapitalised(PROVIDER_SETTING_NAMES[tierKind])}`;
  }
  const [, ofProvider, kind] = OF_PROVIDER.exec(key) ?? [];
  if (ofProvider !== undefined && isKind(kind)) {
    return `${providerName(ofProvider)}: ${uncapitalised(PROVIDER_SETTING_NAMES[kind])}`;
  }
  const enhancer = OF_ENHANCER.exec(key)?.[1];
  if (enhancer !== undefined) {
    return `${providerName(enhancer)}: ${uncapitalised(PROVIDER_SETTING_NAMES.enhancer_model)}`;
  }
  return switchedProvider(key) ?? key;
}

const UNITS: Record<Unit, (value: number) => string> = {
  credits: formatCredits,
  words: (value) => formatCount(value, 'word'),
  'US dollars': formatDollars,
};

/** As much of a long text is read in a review. */
const READ_LENGTH = 80;

/** A value as it is read: `5 credits`, `Hugging Face`; of a long text its beginning. */
export function settingInWords(key: string, value: string): string {
  const text = wholeSettingInWords(key, value);
  return text.length > READ_LENGTH ? `${text.slice(0, READ_LENGTH)}…` : text;
}

/** The same with all of a long text. */
export function wholeSettingInWords(key: string, value: string): string {
  const text = value.trim();
  if (text === '') return 'nothing';
  const name: SettingName | undefined = isNamed(key) ? SETTING_NAMES[key] : undefined;
  if (name?.unit && Number.isFinite(Number(text))) return UNITS[name.unit](Number(text));
  if (switchedProvider(key) !== undefined) return text === 'true' ? 'on' : 'off';
  return ENHANCER_LABELS[text] ?? text;
}

const isNamed = (key: string): key is keyof typeof SETTING_NAMES => Object.hasOwn(SETTING_NAMES, key);
const isTier = (text: string | undefined): text is Tier => TIERS.some((tier) => tier === text);
const isKind = (text: string | undefined): text is keyof typeof PROVIDER_SETTING_NAMES =>
  text !== undefined && Object.hasOwn(PROVIDER_SETTING_NAMES, text);

function uncapitalised(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
