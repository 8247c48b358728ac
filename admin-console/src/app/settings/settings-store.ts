import { httpResource } from '@angular/common/http';
import { Injectable, computed, inject } from '@angular/core';
import type { StudioOptions } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import { lastKnown } from '../platform/last-known';
import { settingInWords, settingName } from '../platform/setting-names';
import { SettingsForm } from '../platform/settings-form';
import { StoredSettings } from '../platform/stored-settings';
import { EDITABLE_SETTINGS, SETTING_FIELDS, type SettingsSection, isEditable } from './setting-fields';
import { problemWith } from './settings-rules';

/** The settings as the server has them, the edits on top, and what the studio makes of them. */
@Injectable()
export class SettingsStore {
  readonly #stored = inject(StoredSettings);
  readonly #optionsResource = httpResource<StudioOptions>(() => `${API_BASE}/studio/options`);

  readonly options = lastKnown(this.#optionsResource);
  readonly settings = this.#stored.byKey;
  readonly isLoaded = computed(() => this.#stored.isLoaded() && this.options() !== undefined);
  readonly error = computed(() => this.#stored.error() ?? this.#optionsResource.error());
  readonly edits = new SettingsForm(this.#stored, {
    keys: () => EDITABLE_SETTINGS,
    problemWith,
    label: settingName,
    inWords: settingInWords,
  });

  reload(): void {
    this.#stored.reload();
    this.#optionsResource.reload();
  }

  changesIn(section: SettingsSection): number {
    return this.edits.changes().filter(({ key }) => isEditable(key) && SETTING_FIELDS[key].section === section).length;
  }

  /** False when fields were refused; rejects when the server can't be asked. */
  async save(): Promise<boolean> {
    const isSaved = await this.edits.save();
    // Which enhancer answers now is for the server to say.
    if (isSaved) this.#optionsResource.reload();
    return isSaved;
  }
}
