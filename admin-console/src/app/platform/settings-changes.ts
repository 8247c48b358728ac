/** What a form edits: the value of each setting as text, as it is on the wire. */
export type SettingsDraft = Readonly<Record<string, string>>;

export interface SettingChange {
  readonly key: string;
  readonly label: string;
  /** In words. */
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

/** How a setting is called, and its values in words. */
export interface SettingWords {
  label(key: string): string;
  inWords(key: string, value: string): string;
}

/** The value as it is sent: without spaces around it, and `05` is `5`. */
export function normalized(value: string): string {
  const text = value.trim();
  return /^\d{1,15}$/.test(text) ? String(Number(text)) : text;
}

/** What differs between what is saved and what is typed, in the order of the page. */
export function changesBetween(
  saved: SettingsDraft,
  draft: SettingsDraft,
  words: SettingWords,
): readonly SettingChange[] {
  return Object.entries(draft).flatMap(([key, typed]) => {
    const value = normalized(typed);
    const before = saved[key] ?? '';
    if (value === normalized(before)) return [];
    return [{ key, label: words.label(key), from: words.inWords(key, before), to: words.inWords(key, value), value }];
  });
}

/** Carries edits over to freshly loaded settings: what was typed stays, what was untouched follows the server. */
export function keepEdits(edited: SettingsDraft, before: SettingsDraft, after: SettingsDraft): SettingsDraft {
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => {
      const typed = edited[key];
      const isEdited = typed !== undefined && normalized(typed) !== normalized(before[key] ?? '');
      return [key, isEdited ? typed : value];
    }),
  );
}
