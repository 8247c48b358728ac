import { HttpClient, type HttpResourceRef, httpResource } from '@angular/common/http';
import { Injectable, type WritableSignal, computed, inject, linkedSignal, signal } from '@angular/core';
import { form, submit } from '@angular/forms/signals';
import type { StudioOptions, StudioSettings } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';
import { formatNumber } from '../platform/formatting';
import { refusedFields } from './refused-fields';
import {
  AUTO_PROVIDER,
  type EditableSetting,
  ENHANCER_LABELS,
  SETTING_FIELDS,
  type SettingsDraft,
  type SettingsSection,
  draftOf,
  providerSwitchKey,
} from './setting-fields';
import { changesBetween, keepEdits } from './settings-changes';
import { SETTINGS_RULES } from './settings-rules';

const SETTINGS_URL = `${API_BASE}/admin/studio/settings`;
const OPTIONS_URL = `${API_BASE}/studio/options`;

/** The latest answer; a reload that fails doesn't take the page, and the edits on it, away. */
function lastKnown<Answer>(resource: HttpResourceRef<Answer | undefined>): WritableSignal<Answer | undefined> {
  const latest = computed(() => (resource.hasValue() ? resource.value() : undefined));
  return linkedSignal<Answer | undefined, Answer | undefined>({
    source: latest,
    computation: (answer, previous) => answer ?? previous?.value,
  });
}

/** The settings as the server has them, the edits on top, and the two ways to change them. */
@Injectable()
export class SettingsStore {
  readonly #http = inject(HttpClient);
  readonly #settingsResource = httpResource<StudioSettings>(() => SETTINGS_URL);
  readonly #optionsResource = httpResource<StudioOptions>(() => OPTIONS_URL);

  readonly #answer = lastKnown(this.#settingsResource);
  readonly options = lastKnown(this.#optionsResource);

  readonly isLoaded = computed(() => this.#answer() !== undefined && this.options() !== undefined);
  readonly error = computed(() => this.#settingsResource.error() ?? this.#optionsResource.error());

  readonly settings = computed(
    () => new Map((this.#answer()?.settings ?? []).map((setting) => [setting.key, setting] as const)),
  );
  readonly saved = computed(() => draftOf(this.settings()));
  readonly draft = linkedSignal<SettingsDraft, SettingsDraft>({
    source: this.saved,
    computation: (saved, previous) => (previous ? keepEdits(previous.value, previous.source, saved) : saved),
  });
  readonly form = form(this.draft, SETTINGS_RULES);
  readonly changes = computed(() =>
    changesBetween(this.saved(), this.draft(), (key, value) => this.#inWords(key, value)),
  );
  readonly isSaving = computed(() => this.form().submitting());
  readonly switching = signal<string | undefined>(undefined);

  reload(): void {
    this.#settingsResource.reload();
    this.#optionsResource.reload();
  }

  discard(): void {
    this.form().reset(this.saved());
  }

  /** Puts edits back that were discarded. */
  restore(draft: SettingsDraft): void {
    this.draft.set(draft);
  }

  changesIn(section: SettingsSection): number {
    return this.changes().filter((change) => SETTING_FIELDS[change.key].section === section).length;
  }

  /** True when no other provider of this installation is on. */
  isLastProvider(key: string): boolean {
    const others = (this.options()?.providers ?? []).filter((provider) => provider.key !== key);
    return !others.some((provider) => this.settings().get(providerSwitchKey(provider.key))?.value === 'true');
  }

  /** The first field that can't be saved as it is. */
  firstInvalid(): EditableSetting | undefined {
    return this.changes().find(({ key }) => this.form[key]().invalid())?.key;
  }

  /** Saves every edit, all or nothing. False when fields were refused; rejects when the server can't be asked. */
  save(): Promise<boolean> {
    return submit(this.form, {
      // A field that nobody touched was accepted by the server before: it doesn't hold the others back.
      ignoreValidators: 'all',
      action: async () => {
        const change = Object.fromEntries(this.changes().map(({ key, value }) => [key, value]));
        try {
          await this.#put(change);
        } catch (error) {
          const refused = refusedFields(error, this.form);
          if (refused.length === 0) throw error;
          return refused;
        }
        this.form().reset();
        return undefined;
      },
    });
  }

  /** Changes one setting past the form; the edits in the form stay as they are. */
  async set(key: string, value: string): Promise<void> {
    this.switching.set(key);
    try {
      await this.#put({ [key]: value });
    } finally {
      this.switching.set(undefined);
    }
  }

  async #put(change: Readonly<Record<string, string>>): Promise<void> {
    await firstValueFrom(this.#http.put(SETTINGS_URL, change));
    this.#answer.update((answer) => ({
      settings: (answer?.settings ?? []).map((setting) => ({
        ...setting,
        value: change[setting.key] ?? setting.value,
      })),
    }));
    // Who set it and when, and what a provider's state is now, only the server knows.
    this.reload();
  }

  #inWords(key: EditableSetting, value: string): string {
    if (SETTING_FIELDS[key].unit) {
      return /^\d+$/.test(value.trim()) ? formatNumber(Number(value)) : value.trim() || 'nothing';
    }
    if (key === 'image_gen_provider') return this.#providerLabel(value);
    return ENHANCER_LABELS[value] ?? value;
  }

  #providerLabel(key: string): string {
    if (key === AUTO_PROVIDER.value) return AUTO_PROVIDER.label;
    return this.options()?.providers.find((provider) => provider.key === key)?.label ?? key;
  }
}
