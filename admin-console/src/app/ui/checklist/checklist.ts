import { Component, computed, input, model, viewChildren } from '@angular/core';
import type { FormValueControl, ValidationError } from '@angular/forms/signals';
import { MatCheckbox } from '@angular/material/checkbox';

export interface ChecklistChoice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** What it is called where programs name it. */
  readonly code?: string;
  /** What it means, in plain words. */
  readonly help: string;
}

let made = 0;

/** Any number of a few things, each with what it means. A field of a form. */
@Component({
  selector: 'app-checklist',
  imports: [MatCheckbox],
  template: `
    <fieldset [attr.aria-describedby]="error() ? errorId : null">
      <legend>{{ legend() }}</legend>
      @for (choice of choices(); track choice.value) {
        <mat-checkbox [checked]="value().includes(choice.value)" (change)="choose(choice.value, $event.checked)">
          <span class="label">
            {{ choice.label }}
            @if (choice.code; as code) {
              <code>{{ code }}</code>
            }
          </span>
          <span class="help">{{ choice.help }}</span>
        </mat-checkbox>
      }
    </fieldset>
    <p [id]="errorId" aria-live="polite">{{ error() }}</p>
  `,
  styleUrl: './checklist.scss',
})
export class Checklist<Value extends string> implements FormValueControl<readonly Value[]> {
  readonly value = model<readonly Value[]>([]);
  readonly touched = model(false);
  readonly errors = input<readonly ValidationError.WithOptionalFieldTree[]>([]);
  readonly legend = input.required<string>();
  readonly choices = input.required<readonly ChecklistChoice<Value>[]>();

  private readonly boxes = viewChildren(MatCheckbox);
  protected readonly errorId = `checklist-error-${made++}`;
  protected readonly error = computed(() => (this.touched() ? this.errors()[0]?.message : undefined));

  focus(): void {
    this.boxes()[0]?.focus();
  }

  protected choose(value: Value, isChosen: boolean): void {
    this.touched.set(true);
    const known = this.choices().map((choice) => choice.value);
    this.value.update((chosen) => known.filter((one) => (one === value ? isChosen : chosen.includes(one))));
  }
}
