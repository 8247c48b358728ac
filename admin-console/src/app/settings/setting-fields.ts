import type { StudioSetting, Tier } from '@atelier/contracts';

export const SETTINGS_SECTIONS = ['tiers', 'enhancement', 'providers', 'limits'] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export const SECTION_LABELS: Record<SettingsSection, string> = {
  tiers: 'Tiers and pricing',
  enhancement: 'Prompt enhancement',
  providers: 'Image providers',
  limits: 'New users and limits',
};

/** The settings that are edited in the form and saved together. Provider switches are saved one by one, at once. */
export const EDITABLE_SETTINGS = [
  'credit_price_standard',
  'credit_price_premium2',
  'credit_price_premium4',
  'prompt_enhancer_provider',
  'image_gen_provider',
  'initial_credits',
] as const;
export type EditableSetting = (typeof EDITABLE_SETTINGS)[number];

/** What the form edits: the value of each setting as text, as it is on the wire. */
export type SettingsDraft = Record<EditableSetting, string>;

export interface SettingField {
  readonly section: SettingsSection;
  readonly label: string;
  readonly help: string;
  readonly unit?: 'credits';
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
  prompt_enhancer_provider: {
    section: 'enhancement',
    label: 'Enhancer',
    help: 'Rewrites a prompt when someone asks for it.',
  },
  image_gen_provider: {
    section: 'providers',
    label: 'Default provider',
    help: 'Makes the images when nobody chooses a provider. Auto picks the best one that is ready.',
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

export const AUTO_PROVIDER = { value: 'auto', label: 'Auto (recommended)' } as const;

const PROVIDER_SWITCH = /^provider_([a-z][a-z0-9-]*)_enabled$/;

/** The provider that a setting switches on and off; undefined for every other setting. */
export function switchedProvider(key: string): string | undefined {
  return PROVIDER_SWITCH.exec(key)?.[1];
}

export function providerSwitchKey(provider: string): string {
  return `provider_${provider}_enabled`;
}

export function draftOf(settings: ReadonlyMap<string, StudioSetting>): SettingsDraft {
  const valueOf = (key: EditableSetting) => settings.get(key)?.value ?? '';
  return {
    credit_price_standard: valueOf('credit_price_standard'),
    credit_price_premium2: valueOf('credit_price_premium2'),
    credit_price_premium4: valueOf('credit_price_premium4'),
    prompt_enhancer_provider: valueOf('prompt_enhancer_provider'),
    image_gen_provider: valueOf('image_gen_provider'),
    initial_credits: valueOf('initial_credits'),
  };
}
