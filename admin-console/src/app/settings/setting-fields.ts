import type { Tier } from '@atelier/contracts';
import { formatCount, formatCredits, formatDollars } from '../platform/formatting';

export const SETTINGS_SECTIONS = ['tiers', 'enhancement', 'limits'] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export const SECTION_LABELS: Record<SettingsSection, string> = {
  tiers: 'Tiers and pricing',
  enhancement: 'Prompt enhancement',
  limits: 'New users and limits',
};

/** The settings that are edited here and saved together; those of one provider are on the providers' page. */
export const EDITABLE_SETTINGS = [
  'credit_price_standard',
  'credit_price_premium2',
  'credit_price_premium4',
  'credit_value_usd',
  'prompt_enhancer_provider',
  'prompt_enhancer_instruction',
  'prompt_enhancer_max_words',
  'initial_credits',
] as const;
export type EditableSetting = (typeof EDITABLE_SETTINGS)[number];

export function isEditable(key: string): key is EditableSetting {
  return EDITABLE_SETTINGS.some((editable) => editable === key);
}

type Unit = 'credits' | 'words' | 'US dollars';

export interface SettingField {
  readonly section: SettingsSection;
  readonly label: string;
  readonly help: string;
  readonly unit?: Unit;
}

export const SETTING_FIELDS: Record<EditableSetting, SettingField> = {
  credit_price_standard: {
    section: 'tiers',
    label: 'Standard price',
    help: 'Credits for one Standard image.',
    unit: 'credits',
  },
  credit_price_premium2: {
    section: 'tiers',
    label: 'Premium 2 price',
    help: 'Credits for one Premium 2 image.',
    unit: 'credits',
  },
  credit_price_premium4: {
    section: 'tiers',
    label: 'Premium 4 price',
    help: 'Credits for one Premium 4 image.',
    unit: 'credits',
  },
  credit_value_usd: {
    section: 'tiers',
    label: 'Value of a credit',
    help: 'What one credit is worth to you. Nobody is charged by it: it shows your margin at each provider. Empty: not shown.',
    unit: 'US dollars',
  },
  prompt_enhancer_provider: {
    section: 'enhancement',
    label: 'Enhancer',
    help: 'Rewrites a prompt when someone asks for it.',
  },
  prompt_enhancer_instruction: {
    section: 'enhancement',
    label: 'Instruction',
    help: 'What the enhancer is told to make of a prompt.',
  },
  prompt_enhancer_max_words: {
    section: 'enhancement',
    label: 'Longest enhancement',
    help: 'A longer one is cut at the end of a sentence.',
    unit: 'words',
  },
  initial_credits: {
    section: 'limits',
    label: 'Initial credits',
    help: 'Granted to each new user. Existing balances don’t change.',
    unit: 'credits',
  },
};

export const TIER_PRICE_SETTINGS: Record<Tier, EditableSetting & `credit_price_${Tier}`> = {
  standard: 'credit_price_standard',
  premium2: 'credit_price_premium2',
  premium4: 'credit_price_premium4',
};

export const INITIAL_CREDITS_MAX = 1_000_000_000;

export const ENHANCER_LABELS: Readonly<Record<string, string>> = {
  huggingface: 'Hugging Face',
  gemini: 'Gemini',
  ollama: 'Ollama',
  mock: 'Offline mock',
};

const UNITS: Record<Unit, (value: number) => string> = {
  credits: formatCredits,
  words: (value) => formatCount(value, 'word'),
  'US dollars': formatDollars,
};

/** As much of a long text is read in a review. */
const READ_LENGTH = 80;

/** A value as it is read: `5 credits`, `Hugging Face`. */
export function inWords(key: string, value: string): string {
  const text = value.trim();
  if (text === '') return 'nothing';
  const unit = isEditable(key) ? SETTING_FIELDS[key].unit : undefined;
  if (unit && Number.isFinite(Number(text))) return UNITS[unit](Number(text));
  return ENHANCER_LABELS[text] ?? (text.length > READ_LENGTH ? `${text.slice(0, READ_LENGTH)}…` : text);
}
