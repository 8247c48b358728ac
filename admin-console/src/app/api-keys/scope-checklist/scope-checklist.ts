import { Component, computed, input, model, viewChildren } from '@angular/core';
import type { FormValueControl, ValidationError } from '@angular/forms/signals';
import { MatCheckbox } from '@angular/material/checkbox';
import type { ApiKeyScope, Role } from '@atelier/contracts';
import { SCOPE_WORDS, scopesFor } from '../api-key-words';

/** What a key may do, in plain words; only what its account may do itself is offered. */
@Component({
  selector: 'app-scope-checklist',
  imports: [MatCheckbox],
  templateUrl: './scope-checklist.html',
  styleUrl: './scope-checklist.scss',
})
export class ScopeChecklist implements FormValueControl<readonly ApiKeyScope[]> {
  readonly value = model<readonly ApiKeyScope[]>([]);
  readonly touched = model(false);
  readonly errors = input<readonly ValidationError.WithOptionalFieldTree[]>([]);
  readonly role = input.required<Role>();

  private readonly boxes = viewChildren(MatCheckbox);
  protected readonly choices = computed(() =>
    scopesFor(this.role()).map((scope) => ({ scope, ...SCOPE_WORDS[scope], isChosen: this.value().includes(scope) })),
  );
  protected readonly error = computed(() => (this.touched() ? this.errors()[0]?.message : undefined));

  focus(): void {
    this.boxes()[0]?.focus();
  }

  protected choose(scope: ApiKeyScope, isChosen: boolean): void {
    this.touched.set(true);
    this.value.set(
      this.choices()
        .filter((choice) => (choice.scope === scope ? isChosen : choice.isChosen))
        .map((choice) => choice.scope),
    );
  }
}
