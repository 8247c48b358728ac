import { EDITABLE_SETTINGS, type EditableSetting, SETTING_FIELDS, type SettingsDraft } from './setting-fields';

export interface SettingChange {
  readonly key: EditableSetting;
  readonly label: string;
  /** Whole sentence part for people: `1 → 5 credits`. */
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

type Labels = (key: EditableSetting, value: string) => string;

/** The value as it is sent: without spaces around it, and `05` is `5`. */
export function normalized(value: string): string {
  const text = value.trim();
  return /^\d{1,15}$/.test(text) ? String(Number(text)) : text;
}

/** What differs between what is saved and what is typed, in the order of the page. */
export function changesBetween(saved: SettingsDraft, draft: SettingsDraft, labels: Labels): readonly SettingChange[] {
  return EDITABLE_SETTINGS.flatMap((key) => {
    const value = normalized(draft[key]);
    if (value === normalized(saved[key])) return [];
    return [{ key, label: SETTING_FIELDS[key].label, from: labels(key, saved[key]), to: labels(key, value), value }];
  });
}

/** Carries edits over to freshly loaded settings: what was typed stays, what was untouched follows the server. */
export function keepEdits(edited: SettingsDraft, before: SettingsDraft, after: SettingsDraft): SettingsDraft {
  const kept = { ...after };
  for (const key of EDITABLE_SETTINGS) {
    if (normalized(edited[key]) !== normalized(before[key])) kept[key] = edited[key];
  }
  return kept;
}
