import { type Signal, type WritableSignal, computed, linkedSignal } from '@angular/core';
import { type FieldTree, applyEach, form, submit, validate } from '@angular/forms/signals';
import { refusedSettings } from './refused-settings';
import {
  type SettingChange,
  type SettingWords,
  type SettingsDraft,
  changesBetween,
  keepEdits,
} from './settings-changes';
import type { StoredSettings } from './stored-settings';

export interface SettingsFormOptions extends SettingWords {
  /** The settings that are edited, in the order of the page. */
  keys(): readonly string[];
  /** Why the server would refuse the value, as a sentence; undefined when it would take it. */
  problemWith(key: string, value: string): string | undefined;
}

/** Edits on top of stored settings: what differs, and saving all of it at once. To be made where one may inject. */
export class SettingsForm {
  readonly saved: Signal<SettingsDraft>;
  readonly draft: WritableSignal<SettingsDraft>;
  readonly changes: Signal<readonly SettingChange[]>;
  readonly isSaving: Signal<boolean>;
  readonly #stored: StoredSettings;
  readonly #form: FieldTree<SettingsDraft>;

  constructor(stored: StoredSettings, options: SettingsFormOptions) {
    this.#stored = stored;
    this.saved = computed(() =>
      Object.fromEntries(options.keys().map((key) => [key, stored.byKey().get(key)?.value ?? ''])),
    );
    this.draft = linkedSignal<SettingsDraft, SettingsDraft>({
      source: this.saved,
      computation: (saved, previous) => (previous ? keepEdits(previous.value, previous.source, saved) : saved),
    });
    this.#form = form(this.draft, (path) =>
      applyEach(path, (setting) =>
        validate(setting, ({ key, value }) => {
          const message = options.problemWith(key(), value());
          return message === undefined ? undefined : { kind: 'setting', message };
        }),
      ),
    );
    this.changes = computed(() => changesBetween(this.saved(), this.draft(), options));
    this.isSaving = computed(() => this.#form().submitting());
  }

  /** @param key one of the settings that are edited */
  field(key: string): FieldTree<string, string> {
    const field = this.#form[key];
    if (field === undefined) throw new Error(`${key} is not edited here`);
    return field;
  }

  discard(): void {
    this.#form().reset(this.saved());
  }

  /** Puts edits back that were discarded. */
  restore(draft: SettingsDraft): void {
    this.draft.set(draft);
  }

  /** The first edit that can't be saved as it is; shows at every field what is wrong with it. */
  firstInvalid(): string | undefined {
    const key = this.changes().find((change) => this.field(change.key)().invalid())?.key;
    if (key !== undefined) this.#form().markAsTouched();
    return key;
  }

  /** Saves every edit, all or nothing. False when fields were refused; rejects when the server can't be asked. */
  save(): Promise<boolean> {
    return submit(this.#form, {
      // A field that nobody touched was accepted by the server before: it doesn't hold the others back.
      ignoreValidators: 'all',
      action: async () => {
        const change = Object.fromEntries(this.changes().map(({ key, value }) => [key, value]));
        try {
          await this.#stored.put(change);
        } catch (error) {
          const refused = refusedSettings(error, this.#form);
          if (refused.length === 0) throw error;
          return refused;
        }
        this.#form().reset();
        return undefined;
      },
    });
  }
}
