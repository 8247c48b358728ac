import { httpResource } from '@angular/common/http';
import {
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { FormValueControl } from '@angular/forms/signals';
import { MatAutocomplete, MatAutocompleteTrigger } from '@angular/material/autocomplete';
import { MatOption } from '@angular/material/core';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { User, UserPage } from '@atelier/contracts';
import { debounceTime } from 'rxjs';
import { API_BASE } from '../../platform/api-base';
import { problemSentence } from '../../platform/problem';
import { SYSTEM_NAME } from '../filter-names';

/** Most accounts that are offered; who is not among them is found with another letter. */
const OFFERED = 20;
const PAUSE_MS = 200;

interface Choice {
  /** As the filter has it. */
  readonly value: string;
  readonly name: string;
  /** What tells them from others of the same name. */
  readonly aside: string;
}

const SYSTEM: Choice = { value: 'system', name: SYSTEM_NAME, aside: 'What nobody asked for' };

/** Whoever may have done something: people, programs and the server, found by what one types. A field of a form. */
@Component({
  selector: 'app-actor-field',
  imports: [MatAutocomplete, MatAutocompleteTrigger, MatFormFieldModule, MatInput, MatOption],
  templateUrl: './actor-field.html',
  styleUrl: './actor-field.scss',
})
export class ActorField implements FormValueControl<string> {
  /** Empty for everybody. */
  readonly value = model('');
  readonly touched = model(false);
  /** How whoever is chosen at first is called. */
  readonly initialName = input('');
  /** Whether a dialog's focus begins here. */
  readonly isFirst = input(false);

  private readonly box = viewChild.required<unknown, ElementRef<HTMLInputElement>>('box', { read: ElementRef });
  private readonly list = viewChild.required(MatAutocomplete);
  private readonly trigger = viewChild.required(MatAutocompleteTrigger);
  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef);
  /** The name of whoever is chosen. */
  readonly #name = linkedSignal(() => this.initialName());
  protected readonly text = linkedSignal(() => this.#name());
  /** What is searched for; the name of whoever is chosen already would find them alone. */
  readonly #sought = computed(() => (this.text() === this.#name() ? '' : this.text().trim()));
  readonly #searched = toSignal(toObservable(this.#sought).pipe(debounceTime(PAUSE_MS)), { initialValue: '' });
  /** Whether Enter was pressed after what is typed, be it before anybody was found. */
  readonly #isEntered = linkedSignal({ source: this.text, computation: () => false });
  readonly #isOpened = signal(false);
  readonly #accounts = httpResource<UserPage>(() => {
    if (!this.#isOpened()) return undefined;
    const search = this.#searched();
    return { url: `${API_BASE}/admin/users`, params: { limit: OFFERED, ...(search !== '' && { search }) } };
  });

  protected readonly choices = computed(() => {
    const sought = this.#searched().toLowerCase();
    const isSystemMeant = [SYSTEM.name, SYSTEM.value].some((name) => name.toLowerCase().includes(sought));
    const accounts = this.#accounts.hasValue() ? this.#accounts.value().data.map(choiceOf) : [];
    return isSystemMeant ? [SYSTEM, ...accounts] : accounts;
  });
  readonly #isUpToDate = computed(() => this.#accounts.hasValue() && this.#searched() === this.#sought());
  protected readonly isSearching = computed(() => this.#sought() !== '');
  protected readonly isMore = computed(() => this.#accounts.hasValue() && this.#accounts.value().has_more);
  /** Why there is nothing to choose. */
  protected readonly note = computed(() => {
    const error = this.#accounts.error();
    if (error !== undefined) return problemSentence(error);
    if (!this.#isUpToDate() || this.choices().length > 0) return undefined;
    return `Nobody is called “${this.#searched()}”.`;
  });

  constructor() {
    effect(() => {
      if (!this.#isEntered() || !this.#isUpToDate()) return;
      const [only, ...others] = this.choices();
      if (only === undefined || others.length > 0) return;
      this.choose(only.value);
      this.trigger().closePanel();
    });
  }

  focus(): void {
    this.box().nativeElement.focus();
  }

  protected open(): void {
    this.#isOpened.set(true);
  }

  /** Keeps the list below the field and as wide: a dialog that just opens draws the field smaller than it will be. */
  protected follow(measuredPx = 0): void {
    const { width: widthPx } = this.#host.nativeElement.getBoundingClientRect();
    if (widthPx === measuredPx || !this.list().isOpen) return;
    this.trigger().openPanel();
    this.trigger().updatePosition();
    requestAnimationFrame(() => this.follow(widthPx));
  }

  protected choose(value: string): void {
    const choice = this.choices().find((one) => one.value === value);
    this.#name.set(choice?.name ?? '');
    this.text.set(this.#name());
    this.value.set(value);
  }

  /** Enter chooses who is marked in the list, or the only one who is found; it sends no form that holds half a name. */
  protected chooseFound(event: Event): void {
    if (this.text() === this.#name()) return;
    event.preventDefault();
    if (this.trigger().activeOption === null) this.#isEntered.set(true);
  }

  /** Whoever empties the field means everybody; what is only half typed is nobody. */
  protected settle({ relatedTarget }: FocusEvent): void {
    // On its way to a choice in the list.
    if (relatedTarget instanceof Element && relatedTarget.closest('mat-option') !== null) return;
    this.touched.set(true);
    if (this.text().trim() === '') this.choose('');
    else this.text.set(this.#name());
  }
}

const choiceOf = ({ id, name, kind, email }: User): Choice => ({
  value: String(id),
  name,
  aside: kind === 'service' ? 'Service account' : email,
});
