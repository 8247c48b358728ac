import { HttpClient, httpResource } from '@angular/common/http';
import { Injectable, computed, inject } from '@angular/core';
import type { StudioSetting, StudioSettings } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from './api-base';
import { formatDay } from './formatting';
import { lastKnown } from './last-known';

const SETTINGS_URL = `${API_BASE}/admin/studio/settings`;

/** The settings as the server has them, and the way to change them. A page provides its own. */
@Injectable()
export class StoredSettings {
  readonly #http = inject(HttpClient);
  readonly #resource = httpResource<StudioSettings>(() => SETTINGS_URL);
  readonly #answer = lastKnown(this.#resource);

  readonly isLoaded = computed(() => this.#answer() !== undefined);
  readonly error = this.#resource.error;
  readonly byKey = computed(
    () => new Map((this.#answer()?.settings ?? []).map((setting) => [setting.key, setting] as const)),
  );

  reload(): void {
    this.#resource.reload();
  }

  /** Changes all of them, or none when the server refuses one. */
  async put(change: Readonly<Record<string, string>>): Promise<void> {
    await firstValueFrom(this.#http.put(SETTINGS_URL, change));
    this.#answer.update((answer) => ({
      settings: (answer?.settings ?? []).map((setting) => ({
        ...setting,
        value: change[setting.key] ?? setting.value,
      })),
    }));
    // Who set it and when, only the server knows.
    this.reload();
  }
}

/** Where a value comes from: the default, or who set it and when. */
export function settingOrigin(setting: StudioSetting | undefined): string {
  if (!setting || setting.source === 'default') return 'Default value';
  const who = setting.updated_by ? ` by ${setting.updated_by.name}` : '';
  const when = setting.updated_at ? ` on ${formatDay(setting.updated_at)}` : '';
  return `Set${who}${when}`;
}
