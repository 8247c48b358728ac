import { Component, Injector, afterNextRender, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatDialog } from '@angular/material/dialog';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { formatCount } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { problemOf, problemSentence } from '../../platform/problem';
import { StoredSettings } from '../../platform/stored-settings';
import type { EditingPage } from '../../session/unsaved-changes.guard';
import { mayDiscard } from '../../ui/discard-question';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { PageHeader } from '../../ui/page-header';
import { reviewed } from '../../ui/review-dialog';
import { SaveBar } from '../../ui/save-bar';
import { Skeleton } from '../../ui/skeleton';
import { StatusDot } from '../../ui/status-dot';
import { ChoiceSetting } from '../choice-setting/choice-setting';
import { NumberSetting } from '../number-setting/number-setting';
import { PricingSection } from '../pricing-section/pricing-section';
import { SECTION_LABELS, SETTINGS_SECTIONS, SETTING_FIELDS, type SettingsSection, isEditable } from '../setting-fields';
import { enhancerChoices, enhancerNote } from '../setting-choices';
import { SettingsStore } from '../settings-store';
import { TextSetting } from '../text-setting/text-setting';

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
    RouterLink,
    SaveBar,
    Skeleton,
    StatusDot,
    TextSetting,
  ],
  providers: [StoredSettings, SettingsStore],
  templateUrl: './settings-page.html',
  styleUrl: './settings-page.scss',
  host: { '(window:beforeunload)': 'warnBeforeUnload($event)' },
})
export class SettingsPage implements EditingPage {
  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #injector = inject(Injector);
  protected readonly store = inject(SettingsStore);
  readonly #edits = this.store.edits;

  readonly #query = toSignal(this.#route.queryParamMap);
  protected readonly section = computed(() => sectionOf(this.#query()?.get('section')));
  protected readonly sections = SETTINGS_SECTIONS;
  protected readonly labels = SECTION_LABELS;
  protected readonly fields = SETTING_FIELDS;

  protected readonly isForbidden = computed(() => problemOf(this.store.error())?.code === 'auth.forbidden');
  protected readonly errorText = computed(() => problemSentence(this.store.error()));
  protected readonly unsaved = computed(() => formatCount(this.#edits.changes().length, 'unsaved change'));
  readonly #enhancer = computed(() => this.#edits.draft()['prompt_enhancer_provider'] ?? '');
  protected readonly enhancerChoices = computed(() => enhancerChoices(this.#enhancer()));
  protected readonly enhancerNote = computed(() =>
    enhancerNote(this.store.options(), this.#edits.saved()['prompt_enhancer_provider'] ?? '', this.#enhancer()),
  );

  async mayLeave(): Promise<boolean> {
    const count = this.#edits.changes().length;
    return count === 0 || mayDiscard(this.#dialog, formatCount(count, 'change'));
  }

  protected warnBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.#edits.changes().length > 0) event.preventDefault();
  }

  protected async discard(): Promise<void> {
    const edits = this.#edits.draft();
    const count = this.#edits.changes().length;
    this.#edits.discard();
    if (await this.#notifications.undo(`Discarded ${formatCount(count, 'change')}.`)) this.#edits.restore(edits);
  }

  protected async review(): Promise<void> {
    if (await this.#showInvalid()) return;
    const changes = this.#edits.changes();
    const count = formatCount(changes.length, 'change');
    const changesPrice = changes.some(({ key }) => isEditable(key) && SETTING_FIELDS[key].section === 'tiers');
    const note = changesPrice ? { note: 'New price applies to generations started from now on.' } : {};
    if (!(await reviewed(this.#dialog, { count, changes, ...note }))) return;
    try {
      if (await this.store.save()) this.#notifications.inform(`Saved ${count}.`);
      else await this.#showInvalid();
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  /** Brings the first field that can't be saved into view; false when there is none. */
  async #showInvalid(): Promise<boolean> {
    const key = this.#edits.firstInvalid();
    if (key === undefined) return false;
    const section = isEditable(key) ? SETTING_FIELDS[key].section : this.section();
    await this.#router.navigate([], { relativeTo: this.#route, queryParams: { section } });
    afterNextRender(() => this.#edits.field(key)().focusBoundControl(), { injector: this.#injector });
    return true;
  }
}
