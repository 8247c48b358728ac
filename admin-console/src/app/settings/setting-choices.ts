import type { StudioOptions } from '@atelier/contracts';
import type { SettingChoice } from './choice-setting/choice-setting';
import { AUTO_PROVIDER, ENHANCER_LABELS, type SettingsDraft } from './setting-fields';

/** Keeps a value that is set but not offered, so that opening the page never changes it. */
function including(choices: readonly SettingChoice[], value: string): readonly SettingChoice[] {
  if (value === '' || choices.some((choice) => choice.value === value)) return choices;
  return [...choices, { value, label: `${ENHANCER_LABELS[value] ?? value} (not part of this installation)` }];
}

/** Auto, and the providers that run in this installation. */
export function providerChoices(options: StudioOptions | undefined, draft: SettingsDraft): readonly SettingChoice[] {
  const providers = (options?.providers ?? []).map(({ key, label }) => ({ value: key, label }));
  return including([AUTO_PROVIDER, ...providers], draft.image_gen_provider);
}

export function enhancerChoices(draft: SettingsDraft): readonly SettingChoice[] {
  const enhancers = Object.entries(ENHANCER_LABELS).map(([value, label]) => ({ value, label }));
  return including(enhancers, draft.prompt_enhancer_provider);
}

/** What is known about the chosen enhancer. The server only tells about the one that is saved. */
export function enhancerNote(options: StudioOptions | undefined, saved: SettingsDraft, draft: SettingsDraft) {
  if (!options) return undefined;
  const chosen = draft.prompt_enhancer_provider;
  const label = ENHANCER_LABELS[chosen] ?? chosen;
  if (chosen !== saved.prompt_enhancer_provider) {
    return { tone: 'neutral', text: `Save to see whether ${label} is ready.` } as const;
  }
  if (options.enhancer.ready && options.enhancer.key === chosen) {
    return { tone: 'success', text: `${label} is ready.` } as const;
  }
  return {
    tone: 'warning',
    text: `${label} isn’t ready: the offline mock answers until it is configured.`,
  } as const;
}
