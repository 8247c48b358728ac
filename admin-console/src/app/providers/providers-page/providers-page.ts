import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Component, Injector, afterNextRender, computed, inject, viewChildren } from '@angular/core';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import { RouterLink } from '@angular/router';
import { providerName } from '../../platform/image-text';
import { HistoryLink } from '../../platform/history-link';
import { Notifications } from '../../platform/notifications';
import { problemOf, problemSentence } from '../../platform/problem';
import { StoredSettings } from '../../platform/stored-settings';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { ProviderRow } from '../provider-row/provider-row';
import { ProviderSwitch } from '../provider-switch';
import { ProvidersStore } from '../providers-store';

const DEFAULT_PROVIDER = 'image_gen_provider';
const AUTO = { key: 'auto', label: 'Auto (recommended)' } as const;

/** Every provider at a glance: how it stands, in which order they are asked, and whether it may be. */
@Component({
  selector: 'app-providers-page',
  imports: [
    EmptyState,
    ErrorState,
    HistoryLink,
    MatFormFieldModule,
    MatOption,
    MatSelect,
    PageHeader,
    ProviderRow,
    RouterLink,
    Skeleton,
  ],
  providers: [StoredSettings, ProvidersStore, ProviderSwitch],
  templateUrl: './providers-page.html',
  styleUrls: ['../providers.scss', './providers-page.scss'],
})
export class ProvidersPage {
  readonly #announcer = inject(LiveAnnouncer);
  readonly #notifications = inject(Notifications);
  readonly #injector = inject(Injector);
  protected readonly store = inject(ProvidersStore);
  protected readonly switch = inject(ProviderSwitch);

  private readonly rows = viewChildren(ProviderRow);

  protected readonly isForbidden = computed(() => problemOf(this.store.error())?.code === 'auth.forbidden');
  protected readonly errorText = computed(() => problemSentence(this.store.error()));
  protected readonly isBusy = computed(() => this.store.changing() !== undefined);

  protected readonly defaultProvider = computed(() => this.store.settings().get(DEFAULT_PROVIDER)?.value ?? AUTO.key);
  /** Keeps a value that is set but not offered, so that it doesn't look like another. */
  protected readonly choices = computed(() => {
    const offered = [AUTO, ...this.store.imageProviders().map(({ key, label }) => ({ key, label }))];
    const chosen = this.defaultProvider();
    return offered.some(({ key }) => key === chosen)
      ? offered
      : [...offered, { key: chosen, label: `${providerName(chosen)} (not part of this installation)` }];
  });

  protected async move(key: string, by: -1 | 1): Promise<void> {
    const before = this.store.imageProviders().map((provider) => provider.key);
    const from = before.indexOf(key);
    const after = before.toSpliced(from, 1).toSpliced(from + by, 0, key);
    try {
      await this.store.setPriority(after);
    } catch (error) {
      this.#notifications.fail(error);
      return;
    }
    afterNextRender(() => this.rows()[from + by]?.focusMove(by), { injector: this.#injector });
    const { label = key } = this.store.providerOf(key) ?? {};
    await this.#announcer.announce(`${label} is now ${from + by + 1} of ${after.length}.`);
  }

  protected async choose(key: string): Promise<void> {
    const before = this.defaultProvider();
    if (key === before || !(await this.#setDefault(key))) return;
    const { label = key } = this.choices().find((choice) => choice.key === key) ?? {};
    if (await this.#notifications.undo(`${label} is the default now.`)) await this.#setDefault(before);
  }

  async #setDefault(key: string): Promise<boolean> {
    try {
      await this.store.change(DEFAULT_PROVIDER, { [DEFAULT_PROVIDER]: key });
      return true;
    } catch (error) {
      this.#notifications.fail(error);
      return false;
    }
  }
}
