import { Component, type ElementRef, computed, input, model, signal, viewChild } from '@angular/core';

let fieldCount = 0;

/**
 * A labelled field of the entry pages. Drawn by hand because these pages are the first thing that anybody loads: Material's
 * form field and the forms package would add half again to the whole transfer.
 */
@Component({
  selector: 'app-entry-field',
  templateUrl: './entry-field.html',
  styleUrl: './entry-field.scss',
})
export class EntryField {
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');

  readonly label = input.required<string>();
  readonly type = input<'text' | 'email' | 'password'>('text');
  readonly autocomplete = input.required<'name' | 'username' | 'current-password' | 'new-password'>();
  /** The rule, said before anything is typed. */
  readonly hint = input<string>();
  /** What is wrong with the value right now; shown once the person has left the field or asked to go on. */
  readonly error = input<string | null>(null);
  readonly value = model.required<string>();

  protected readonly id = `entry-field-${(fieldCount += 1)}`;
  protected readonly isRevealed = signal(false);
  protected readonly isPasswordShown = signal(false);
  protected readonly shownError = computed(() => (this.isRevealed() ? this.error() : null));
  protected readonly describedBy = computed(() =>
    this.shownError() !== null || this.hint() !== undefined ? `${this.id}-note` : null,
  );

  focus(): void {
    this.box().nativeElement.focus();
  }

  reveal(): void {
    this.isRevealed.set(true);
  }

  protected leave(): void {
    if (this.value() !== '') this.reveal();
  }
}

/**
 * Shows what is wrong and moves to the first field that is; true when nothing is. Takes the errors in the order of the
 * fields, because what was typed a moment ago may not have reached their inputs yet.
 */
export function accepts(fields: readonly EntryField[], errors: readonly (string | null)[]): boolean {
  for (const field of fields) field.reveal();
  const refused = errors.findIndex((error) => error !== null);
  if (refused === -1) return true;
  fields[refused]?.focus();
  return false;
}
