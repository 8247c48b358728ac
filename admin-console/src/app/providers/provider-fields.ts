import type { Tier } from '@atelier/contracts';
import { TIERS, tierName } from '../platform/image-text';
import { PROVIDER_SETTING_NAMES } from '../platform/setting-names';

/** What can be decided about one tier of a provider, in the order of the page. */
const TIER_KINDS = ['model', 'size', 'aspect_ratios', 'quality', 'cost_usd'] as const;
type TierKind = (typeof TIER_KINDS)[number];

/** What can be decided about a provider as a whole. */
const WHOLE_KINDS = ['max_concurrent', 'token_prices'] as const;
type WholeKind = (typeof WHOLE_KINDS)[number];

type FieldKind = TierKind | WholeKind | 'enhancer_model';

/** One setting of a provider, as it is edited. */
export interface ProviderField {
  /** The setting's key. */
  readonly key: string;
  readonly kind: FieldKind;
  readonly tier: Tier | undefined;
  readonly label: string;
  readonly help: string;
  /** Text before and after what is typed. */
  readonly prefix?: string;
  readonly suffix?: string;
  readonly isNumber?: boolean;
  /** Where only these can be chosen. */
  readonly choices?: readonly string[];
}

type Look = Omit<ProviderField, 'key' | 'kind' | 'tier'>;

const LOOKS: Record<FieldKind, Look> = {
  model: { label: PROVIDER_SETTING_NAMES.model, help: 'Empty: this tier is not offered.' },
  size: {
    label: PROVIDER_SETTING_NAMES.size,
    help: 'Width × height, square or lying, one for each aspect ratio. Portrait is the same on its side.',
  },
  aspect_ratios: {
    label: PROVIDER_SETTING_NAMES.aspect_ratios,
    help: 'Those that are offered, with commas between them.',
  },
  quality: { label: PROVIDER_SETTING_NAMES.quality, help: 'As the vendor calls it: low, medium, high, xhigh or max.' },
  cost_usd: {
    label: PROVIDER_SETTING_NAMES.cost_usd,
    help: 'What the vendor bills you. Empty: not known.',
    prefix: '$',
    suffix: 'USD',
    isNumber: true,
  },
  max_concurrent: {
    label: PROVIDER_SETTING_NAMES.max_concurrent,
    help: 'Further ones wait for their turn. Empty: as many as there are.',
    isNumber: true,
  },
  token_prices: {
    label: PROVIDER_SETTING_NAMES.token_prices,
    help: 'US dollars per million tokens. The vendor reports what it bills for, so the cost of an image is worked out from these.',
  },
  enhancer_model: { label: PROVIDER_SETTING_NAMES.enhancer_model, help: 'Rewrites prompts when this is the enhancer.' },
};

/** Where a provider has its own way. */
const SPECIAL_LOOKS: Readonly<Record<string, Partial<Record<FieldKind, Partial<Look>>>>> = {
  huggingface: {
    model: { help: 'Who runs it and the model: nscale:owner/name. Empty: this tier is not offered.' },
  },
  gemini: {
    size: {
      help: 'Of a square image, in units of 1,024 pixels. Other shapes have as many pixels.',
      choices: ['1K', '2K', '4K'],
    },
  },
};

/** Every setting that a provider may have. Which of them there are, the server knows. */
function possibleFields(provider: string): readonly ProviderField[] {
  const field = (key: string, kind: FieldKind, tier?: Tier): ProviderField => ({
    ...LOOKS[kind],
    ...SPECIAL_LOOKS[provider]?.[kind],
    key,
    kind,
    tier,
  });
  return [
    ...TIERS.flatMap((tier) => TIER_KINDS.map((kind) => field(`provider_${provider}_${tier}_${kind}`, kind, tier))),
    ...WHOLE_KINDS.map((kind) => field(`provider_${provider}_${kind}`, kind)),
    field(`prompt_enhancer_${provider}_model`, 'enhancer_model'),
  ];
}

/** The settings of a provider that the server has. */
export function fieldsOf(provider: string, settings: ReadonlyMap<string, unknown>): readonly ProviderField[] {
  return possibleFields(provider).filter(({ key }) => settings.has(key));
}

/** `Standard: model`, where the tier doesn't show. */
export function fullLabel({ label, tier }: ProviderField): string {
  return tier === undefined ? label : `${tierName(tier)}: ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
}

const USD = /^\d{1,6}(\.\d{1,6})?$/;
const SIZES = /^\d{2,5}x\d{2,5}(\s*,\s*\d{2,5}x\d{2,5})*$/;
const MAX_CONCURRENT = 1_000;

/** What shows while it is typed; the server looks closer. */
const PROBLEMS: Partial<Record<FieldKind, (text: string) => string | undefined>> = {
  size: (text) =>
    SIZES.test(text) || ['1K', '2K', '4K'].includes(text) ? undefined : 'Enter sizes such as 1024x1024, 1536x864.',
  cost_usd: (text) => (text === '' || USD.test(text) ? undefined : 'Enter an amount in US dollars such as 0.04.'),
  max_concurrent: (text) => {
    const isCount = text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_CONCURRENT);
    return isCount ? undefined : 'Enter a whole number from 1 to 1,000, or nothing.';
  },
};

export function problemWith({ kind }: ProviderField, value: string): string | undefined {
  return PROBLEMS[kind]?.(value.trim());
}
