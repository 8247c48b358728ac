import { Component, Injector, afterNextRender, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, MatSlideToggle } from '@angular/material/slide-toggle';
import { RouterLink } from '@angular/router';
import { formatCount } from '../../platform/formatting';
import { HistoryLink } from '../../platform/history-link';
import { TIERS } from '../../platform/image-text';
import { Notifications } from '../../platform/notifications';
import { problemOf, problemSentence } from '../../platform/problem';
import { SettingsForm } from '../../platform/settings-form';
import { StoredSettings } from '../../platform/stored-settings';
import type { EditingPage } from '../../session/unsaved-changes.guard';
import { mayDiscard } from '../../ui/discard-question';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { reviewed } from '../../ui/review-dialog';
import { SaveBar } from '../../ui/save-bar';
import { Skeleton } from '../../ui/skeleton';
import { StatusDot } from '../../ui/status-dot';
import { ConnectionPanel } from '../connection-panel/connection-panel';
import { CostsPanel } from '../costs-panel/costs-panel';
import { HealthPanel } from '../health-panel/health-panel';
import { type ProviderField, fieldsOf, fullLabel, problemWith } from '../provider-fields';
import { guideOf } from '../provider-guides';
import { ProviderSetting } from '../provider-setting/provider-setting';
import { ProviderSwitch } from '../provider-switch';
import { standingOf } from '../provider-words';
import { ProvidersStore } from '../providers-store';
import { TierSettings } from '../tier-settings/tier-settings';

/** Everything about one provider: its connection, how it does, and what it makes with which model at which cost. */
@Component({
  selector: 'app-provider-page',
  imports: [
    ConnectionPanel,
    CostsPanel,
    EmptyState,
    ErrorState,
    HealthPanel,
    HistoryLink,
    Icon,
    MatSlideToggle,
    PageHeader,
    ProviderSetting,
    RouterLink,
    SaveBar,
    Skeleton,
    StatusDot,
    TierSettings,
  ],
  providers: [
    StoredSettings,
    ProvidersStore,
    ProviderSwitch,
    { provide: MAT_SLIDE_TOGGLE_DEFAULT_OPTIONS, useValue: { disableToggleValue: true, disabledInteractive: true } },
  ],
  templateUrl: './provider-page.html',
  styleUrls: ['../providers.scss', './provider-page.scss'],
  host: { '(window:beforeunload)': 'warnBeforeUnload($event)' },
})
export class ProviderPage implements EditingPage {
  /** From the address of the page. */
  readonly key = input.required<string>();

  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);
  readonly #injector = inject(Injector);
  protected readonly store = inject(ProvidersStore);
  protected readonly switch = inject(ProviderSwitch);

  readonly #fields = computed(() => fieldsOf(this.key(), this.store.settings()));
  readonly #fieldOf = (key: string): ProviderField | undefined => this.#fields().find((field) => field.key === key);
  protected readonly edits = new SettingsForm(inject(StoredSettings), {
    keys: () => this.#fields().map(({ key }) => key),
    problemWith: (key, value) => {
      const field = this.#fieldOf(key);
      return field && problemWith(field, value);
    },
    label: (key) => {
      const field = this.#fieldOf(key);
      return field ? fullLabel(field) : key;
    },
    inWords: (_key, value) => (value.trim() === '' ? 'nothing' : value.trim()),
  });

  protected readonly provider = computed(() => this.store.providerOf(this.key()));
  protected readonly standing = computed(() => {
    const provider = this.provider();
    return provider && standingOf(provider);
  });
  protected readonly guide = computed(() => guideOf(this.key()));
  protected readonly isForbidden = computed(() => problemOf(this.store.error())?.code === 'auth.forbidden');
  protected readonly errorText = computed(() => problemSentence(this.store.error()));
  protected readonly isBusy = computed(() => this.store.changing() !== undefined);
  protected readonly unsaved = computed(() => formatCount(this.edits.changes().length, 'unsaved change'));
  protected readonly creditValueUsd = computed(() => this.store.settings().get('credit_value_usd')?.value ?? '');

  readonly #edited = computed(() =>
    this.#fields().map((field) => ({
      field,
      control: this.edits.field(field.key),
      setting: this.store.settings().get(field.key),
    })),
  );
  protected readonly tiers = computed(() =>
    TIERS.flatMap((tier) => {
      const fields = this.#edited().filter(({ field }) => field.tier === tier);
      const price = Number(this.store.settings().get(`credit_price_${tier}`)?.value);
      return fields.length === 0 ? [] : [{ tier, fields, credits: Number.isInteger(price) ? price : null }];
    }),
  );
  protected readonly others = computed(() => this.#edited().filter(({ field }) => field.tier === undefined));

  async mayLeave(): Promise<boolean> {
    const count = this.edits.changes().length;
    return count === 0 || mayDiscard(this.#dialog, formatCount(count, 'change'));
  }

  protected warnBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.edits.changes().length > 0) event.preventDefault();
  }

  protected async discard(): Promise<void> {
    const edits = this.edits.draft();
    const count = this.edits.changes().length;
    this.edits.discard();
    if (await this.#notifications.undo(`Discarded ${formatCount(count, 'change')}.`)) this.edits.restore(edits);
  }

  protected async review(): Promise<void> {
    if (this.#showInvalid()) return;
    const changes = this.edits.changes();
    const count = formatCount(changes.length, 'change');
    const note = 'They apply to images that are made from now on.';
    if (!(await reviewed(this.#dialog, { count, changes, note }))) return;
    try {
      if (await this.edits.save()) {
        this.store.refresh();
        this.#notifications.inform(`Saved ${count}.`);
      } else this.#showInvalid();
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  /** Brings the first field that can't be saved into view; false when there is none. */
  #showInvalid(): boolean {
    const key = this.edits.firstInvalid();
    if (key === undefined) return false;
    afterNextRender(() => this.edits.field(key)().focusBoundControl(), { injector: this.#injector });
    return true;
  }
}
