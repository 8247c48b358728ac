import { Component, Injector, afterNextRender, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatDialog } from '@angular/material/dialog';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { formatCount } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { problemOf, problemSentence } from '../../platform/problem';
import { confirmed } from '../../ui/confirm-dialog';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { StatusDot } from '../../ui/status-dot';
import { ChoiceSetting } from '../choice-setting/choice-setting';
import { NumberSetting } from '../number-setting/number-setting';
import { PricingSection } from '../pricing-section/pricing-section';
import { ProviderList, type ProviderSwitch } from '../provider-list/provider-list';
import { ReviewDialog } from '../review-dialog/review-dialog';
import { SaveBar } from '../save-bar/save-bar';
import {
  SECTION_LABELS,
  SETTINGS_SECTIONS,
  SETTING_FIELDS,
  type SettingsSection,
  providerSwitchKey,
} from '../setting-fields';
import { enhancerChoices, enhancerNote, providerChoices } from '../setting-choices';
import type { SettingChange } from '../settings-changes';
import { SettingsStore } from '../settings-store';

function sectionOf(name: string | null | undefined): SettingsSection {
  return SETTINGS_SECTIONS.find((section) => section === name) ?? 'tiers';
}

@Component({
  selector: 'app-settings-page',
  imports: [
    ChoiceSetting,
    EmptyState,
    ErrorState,
    NumberSetting,
    PageHeader,
    PricingSection,
    ProviderList,
    RouterLink,
    SaveBar,
    Skeleton,
    StatusDot,
  ],
  providers: [SettingsStore],
  templateUrl: './settings-page.html',
  styleUrl: './settings-page.scss',
  host: { '(window:beforeunload)': 'warnBeforeUnload($event)' },
})
export class SettingsPage {
  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #injector = inject(Injector);
  protected readonly store = inject(SettingsStore);

  readonly #query = toSignal(this.#route.queryParamMap);
  protected readonly section = computed(() => sectionOf(this.#query()?.get('section')));
  protected readonly sections = SETTINGS_SECTIONS;
  protected readonly labels = SECTION_LABELS;
  protected readonly fields = SETTING_FIELDS;

  protected readonly isForbidden = computed(() => problemOf(this.store.error())?.code === 'auth.forbidden');
  protected readonly errorText = computed(() => problemSentence(this.store.error()));
  protected readonly providerChoices = computed(() => providerChoices(this.store.options(), this.store.draft()));
  protected readonly enhancerChoices = computed(() => enhancerChoices(this.store.draft()));
  protected readonly enhancerNote = computed(() =>
    enhancerNote(this.store.options(), this.store.saved(), this.store.draft()),
  );

  /** Resolves with whether the page may be left: without edits, or when they may be lost. */
  async mayLeave(): Promise<boolean> {
    const count = this.store.changes().length;
    if (count === 0) return true;
    return confirmed(this.#dialog, {
      title: `Discard ${formatCount(count, 'change')}?`,
      text: 'What you changed on this page has not been saved.',
      confirm: 'Discard',
      cancel: 'Keep editing',
      isDestructive: true,
    });
  }

  protected warnBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.store.changes().length > 0) event.preventDefault();
  }

  protected async discard(): Promise<void> {
    const edits = this.store.draft();
    const count = this.store.changes().length;
    this.store.discard();
    if (await this.#notifications.undo(`Discarded ${formatCount(count, 'change')}.`)) this.store.restore(edits);
  }

  protected async review(): Promise<void> {
    if (await this.#showInvalid()) return;
    const changes = this.store.changes();
    const review = this.#dialog.open<ReviewDialog, readonly SettingChange[], boolean>(ReviewDialog, {
      data: changes,
      width: '520px',
      maxWidth: 'calc(100vw - 32px)',
    });
    if ((await firstValueFrom(review.afterClosed())) !== true) return;
    try {
      if (await this.store.save()) this.#notifications.inform(`Saved ${formatCount(changes.length, 'change')}.`);
      else await this.#showInvalid();
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  protected async switchProvider(wanted: ProviderSwitch): Promise<void> {
    if (!wanted.isOn && this.store.isLastProvider(wanted.key) && !(await this.#confirmLast(wanted.label))) return;
    if (!(await this.#setProvider(wanted))) return;
    const state = wanted.isOn ? 'on' : 'off';
    if (await this.#notifications.undo(`${wanted.label} turned ${state}.`)) {
      await this.#setProvider({ ...wanted, isOn: !wanted.isOn });
    }
  }

  #confirmLast(label: string): Promise<boolean> {
    return confirmed(this.#dialog, {
      title: `Turn off ${label}?`,
      text: `${label} is the last provider that is on. New generations will be refused until you turn one on.`,
      confirm: 'Turn off',
      cancel: 'Keep it on',
      isDestructive: true,
    });
  }

  async #setProvider({ key, isOn }: ProviderSwitch): Promise<boolean> {
    try {
      await this.store.set(providerSwitchKey(key), String(isOn));
      return true;
    } catch (error) {
      this.#notifications.fail(error);
      return false;
    }
  }

  /** Brings the first field that can't be saved into view; false when there is none. */
  async #showInvalid(): Promise<boolean> {
    const key = this.store.firstInvalid();
    if (key === undefined) return false;
    this.store.form().markAsTouched();
    await this.#router.navigate([], { relativeTo: this.#route, queryParams: { section: SETTING_FIELDS[key].section } });
    afterNextRender(() => this.store.form[key]().focusBoundControl(), { injector: this.#injector });
    return true;
  }
}
