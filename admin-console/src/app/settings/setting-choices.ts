import type { StudioOptions } from '@atelier/contracts';
import { ENHANCER_LABELS } from '../platform/setting-names';
import type { SettingChoice } from './choice-setting/choice-setting';

/** Keeps a value that is set but not offered, so that opening the page never changes it. */
function including(choices: readonly SettingChoice[], value: string): readonly SettingChoice[] {
  if (value === '' || choices.some((choice) => choice.value === value)) return choices;
  return [...choices, { value, label: `${ENHANCER_LABELS[value] ?? value} (not part of this installation)` }];
}

export function enhancerChoices(chosen: string): readonly SettingChoice[] {
  const enhancers = Object.entries(ENHANCER_LABELS).map(([value, label]) => ({ value, label }));
  return including(enhancers, chosen);
}

/** What is known about the chosen enhancer. The server only tells about the one that is saved. */
export function enhancerNote(options: StudioOptions | undefined, saved: string, chosen: string) {
  if (!options) return undefined;
  const label = ENHANCER_LABELS[chosen] ?? chosen;
  if (chosen !== saved) {
    return { tone: 'neutral', text: `Save to see whether ${label} is ready.` } as const;
  }
  const { key, ready, reason } = options.enhancer;
  if (ready && key === chosen && reason !== undefined) {
    return { tone: 'error', text: reason } as const;
  }
  if (ready && key === chosen) {
    return { tone: 'success', text: `${label} is ready.` } as const;
  }
  return {
    tone: 'warning',
    text: `${label} isn’t ready: the offline mock answers until it is configured.`,
  } as const;
}
