import { httpResource } from '@angular/common/http';
import { DOCUMENT, Injectable, computed, effect, inject, signal } from '@angular/core';
import type { AdminProvider, AdminProviders, ProviderConnection } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import { lastKnown } from '../platform/last-known';
import { pageVisibility } from '../platform/page-visibility';
import { StoredSettings } from '../platform/stored-settings';

/** Health changes without anybody's doing, so it is asked for again while somebody looks. */
const REFRESH_MS = 10_000;

const PRIORITY = 'provider_priority';

/** The providers as the server has them, and what administrators decide with one click. A page provides its own. */
@Injectable()
export class ProvidersStore {
  readonly #stored = inject(StoredSettings);
  readonly #resource = httpResource<AdminProviders>(() => `${API_BASE}/admin/providers`);
  readonly #answer = lastKnown(this.#resource);

  readonly settings = this.#stored.byKey;
  readonly isLoaded = computed(() => this.#stored.isLoaded() && this.#answer() !== undefined);
  readonly error = computed(() => this.#resource.error() ?? this.#stored.error());
  /** A change that the server has been asked for, by what it is about. */
  readonly changing = signal<string | undefined>(undefined);

  readonly providers = computed(() => this.#answer()?.providers ?? []);
  /** Those that make images, in the order in which Auto prefers them. */
  readonly imageProviders = computed(() => {
    const ranking = (this.settings().get(PRIORITY)?.value ?? '').split(',').map((key) => key.trim());
    const rankOf = ({ key }: AdminProvider) => (ranking.includes(key) ? ranking.indexOf(key) : ranking.length);
    return this.providers()
      .filter(({ kind }) => kind !== 'enhancer')
      .sort((one, other) => rankOf(one) - rankOf(other));
  });
  /** Those that do nothing but improve prompts. */
  readonly enhancers = computed(() => this.providers().filter(({ kind }) => kind === 'enhancer'));

  constructor() {
    const isVisible = pageVisibility(inject(DOCUMENT));
    effect((onCleanup) => {
      if (!isVisible()) return;
      const timer = setInterval(() => this.#resource.reload(), REFRESH_MS);
      onCleanup(() => clearInterval(timer));
    });
  }

  reload(): void {
    this.#resource.reload();
    this.#stored.reload();
  }

  providerOf(key: string): AdminProvider | undefined {
    return this.providers().find((provider) => provider.key === key);
  }

  /** True when no other provider is on that makes images. */
  isLastProvider(key: string): boolean {
    return !this.imageProviders().some((provider) => provider.key !== key && provider.enabled);
  }

  async setEnabled(key: string, isOn: boolean): Promise<void> {
    await this.change(key, { [`provider_${key}_enabled`]: String(isOn) });
    this.#update(key, { enabled: isOn });
  }

  /** @param keys every provider that makes images, the preferred one first */
  setPriority(keys: readonly string[]): Promise<void> {
    return this.change(PRIORITY, { [PRIORITY]: keys.join(',') });
  }

  /** Changes settings at once; what else follows from them, the server is asked for. */
  async change(about: string, change: Readonly<Record<string, string>>): Promise<void> {
    this.changing.set(about);
    try {
      await this.#stored.put(change);
      this.#resource.reload();
    } finally {
      this.changing.set(undefined);
    }
  }

  /** Shows what the server answered to a change of the connection. */
  connected(key: string, connection: ProviderConnection): void {
    this.#update(key, { connection });
    this.refresh();
  }

  refresh(): void {
    this.#resource.reload();
  }

  #update(key: string, change: Partial<AdminProvider>): void {
    this.#answer.update(
      (answer) =>
        answer && {
          providers: answer.providers.map((provider) => (provider.key === key ? { ...provider, ...change } : provider)),
        },
    );
  }
}
