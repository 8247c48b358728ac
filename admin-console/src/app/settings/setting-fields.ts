import type { Tier } from '@atelier/contracts';
import { SETTING_NAMES, type SettingName } from '../platform/setting-names';

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
  'credits_low_threshold',
] as const satisfies readonly (keyof typeof SETTING_NAMES)[];
export type EditableSetting = (typeof EDITABLE_SETTINGS)[number];

export function isEditable(key: string): key is EditableSetting {
  return EDITABLE_SETTINGS.some((editable) => editable === key);
}

export interface SettingField extends SettingName {
  readonly section: SettingsSection;
  readonly help: string;
}

export const SETTING_FIELDS: Record<EditableSetting, SettingField> = {
  credit_price_standard: {
    ...SETTING_NAMES.credit_price_standard,
    section: 'tiers',
    help: 'Credits for one Standard image.',
  },
  credit_price_premium2: {
    ...SETTING_NAMES.credit_price_premium2,
    section: 'tiers',
    help: 'Credits for one Premium 2 image.',
  },
  credit_price_premium4: {
    ...SETTING_NAMES.credit_price_premium4,
    section: 'tiers',
    help: 'Credits for one Premium 4 image.',
  },
  credit_value_usd: {
    ...SETTING_NAMES.credit_value_usd,
    section: 'tiers',
    help: 'What one credit is worth to you. Nobody is charged by it: it shows your margin at each provider. Empty: not shown.',
  },
  prompt_enhancer_provider: {
    ...SETTING_NAMES.prompt_enhancer_provider,
    section: 'enhancement',
    help: 'Rewrites a prompt when someone asks for it.',
  },
  prompt_enhancer_instruction: {
    ...SETTING_NAMES.prompt_enhancer_instruction,
    section: 'enhancement',
    help: 'What the enhancer is told to make of a prompt.',
  },
  prompt_enhancer_max_words: {
    ...SETTING_NAMES.prompt_enhancer_max_words,
    section: 'enhancement',
    help: 'A longer one is cut at the end of a sentence.',
  },
  initial_credits: {
    ...SETTING_NAMES.initial_credits,
    section: 'limits',
    help: 'Granted to each new user. Existing balances don’t change.',
  },
  credits_low_threshold: {
    ...SETTING_NAMES.credits_low_threshold,
    section: 'limits',
    help: 'Accounts with fewer credits than this are told so by webhook, where they asked for it.',
  },
};

export const TIER_PRICE_SETTINGS: Record<Tier, EditableSetting & `credit_price_${Tier}`> = {
  standard: 'credit_price_standard',
  premium2: 'credit_price_premium2',
  premium4: 'credit_price_premium4',
};

export const INITIAL_CREDITS_MAX = 1_000_000_000;
