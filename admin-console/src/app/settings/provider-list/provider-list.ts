import { Component, computed, inject, output } from '@angular/core';
import { MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, MatSlideToggle } from '@angular/material/slide-toggle';
import type { ProviderStatus } from '@atelier/contracts';
import { providerName } from '../../platform/image-text';
import { StatusDot, type StatusTone } from '../../ui/status-dot';
import { SettingSource } from '../setting-source/setting-source';
import { providerSwitchKey, switchedProvider } from '../setting-fields';
import { SettingsStore } from '../settings-store';

export interface ProviderSwitch {
  readonly key: string;
  readonly label: string;
  readonly isOn: boolean;
}

const STATUSES: Record<ProviderStatus, { readonly tone: StatusTone; readonly label: string }> = {
  ready: { tone: 'success', label: 'Ready' },
  slow: { tone: 'warning', label: 'Slow' },
  unavailable: { tone: 'error', label: 'Unavailable' },
  not_configured: { tone: 'neutral', label: 'Not configured' },
};

/** How an administrator sets a provider up, where that is not done here. */
const SET_UP_HINTS: Readonly<Record<string, string>> = {
  openai: 'The GPT Image models, successors of DALL-E 3. To use them, set OPENAI_API_KEY and restart.',
};

/** The providers of this installation, each with its state and its switch. A switch asks; it moves when the server agreed. */
@Component({
  selector: 'app-provider-list',
  imports: [MatSlideToggle, SettingSource, StatusDot],
  providers: [
    { provide: MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, useValue: { disableToggleValue: true, disabledInteractive: true } },
  ],
  templateUrl: './provider-list.html',
  styleUrl: './provider-list.scss',
})
export class ProviderList {
  readonly #store = inject(SettingsStore);

  readonly toggled = output<ProviderSwitch>();

  protected readonly switching = this.#store.switching;

  protected readonly providers = computed(() => {
    const settings = this.#store.settings();
    return (this.#store.options()?.providers ?? []).flatMap((provider) => {
      const setting = settings.get(providerSwitchKey(provider.key));
      if (!setting) return [];
      const hint = provider.status === 'not_configured' ? SET_UP_HINTS[provider.key] : undefined;
      return [{ ...provider, setting, hint, isOn: setting.value === 'true', state: STATUSES[provider.status] }];
    });
  });

  /** Providers that have a switch on the server but don't run in this installation. */
  protected readonly absent = computed(() => {
    const present = new Set(this.#store.options()?.providers.map((provider) => provider.key));
    return [...this.#store.settings().keys()].flatMap((key) => {
      const provider = switchedProvider(key);
      return provider === undefined || present.has(provider) ? [] : [providerName(provider)];
    });
  });
}
