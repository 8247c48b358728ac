import { Component, computed, effect, inject, signal } from '@angular/core';
import { FormField, FormRoot, form, hidden, maxLength, pattern, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import { ActorField } from '../actor-field/actor-field';
import { API_KEY_ID, AUDIT_RANGES, type AuditFilter, RANGE_LABELS, TEXT_MAX_LENGTH } from '../audit-filter';
import { AUDIT_ACTION_ORDER, actionLabel } from '../audit-sentences';
import { TARGET_TYPE_ORDER, targetIdHelp, targetTypeLabel } from '../audit-targets';
import { RESULT_WORDS } from '../audit-words';
import type { ChipKey } from '../filter-bar/filter-bar';
import { type TypedFilter, filterOf, typedFilter } from '../typed-filter';

export interface FilterQuestion {
  readonly filter: AuditFilter;
  /** Whose entries are shown; empty for everybody's. */
  readonly actorName: string;
  /** What somebody came to choose. */
  readonly focus: ChipKey | 'dates';
}

/** A key that was pasted with its secret, of which nothing is to be seen or kept but the id. */
const WHOLE_API_KEY = /^\s*atl_([0-9a-z]{12})/;

/** All filters in one form. Closes with the whole filter. */
@Component({
  selector: 'app-filter-dialog',
  imports: [
    ActorField,
    FormField,
    FormRoot,
    MatButton,
    MatDialogModule,
    MatFormFieldModule,
    MatInput,
    MatOption,
    MatSelect,
  ],
  templateUrl: './filter-dialog.html',
  styleUrl: './filter-dialog.scss',
})
export class FilterDialog {
  readonly #dialogRef = inject<MatDialogRef<FilterDialog, AuditFilter>>(MatDialogRef);
  readonly #question = inject<FilterQuestion>(MAT_DIALOG_DATA);

  protected readonly focus = this.#question.focus;
  protected readonly ranges = AUDIT_RANGES.map((value) => ({ value, label: RANGE_LABELS[value] }));
  protected readonly actions = AUDIT_ACTION_ORDER.map((value) => ({ value, label: actionLabel(value) }));
  protected readonly targets = TARGET_TYPE_ORDER.map((value) => ({ value, label: targetTypeLabel(value) }));
  protected readonly results = RESULT_WORDS;
  protected readonly actorName = this.#question.actorName;

  readonly #model = signal<TypedFilter>({
    ...typedFilter(this.#question.filter),
    ...(this.#question.focus === 'dates' && { range: 'custom' as const }),
  });
  protected readonly form = form(
    this.#model,
    (path) => {
      hidden(path.from, { when: ({ valueOf }) => valueOf(path.range) !== 'custom' });
      hidden(path.to, { when: ({ valueOf }) => valueOf(path.range) !== 'custom' });
      hidden(path.targetId, { when: ({ valueOf }) => valueOf(path.targetType) === '' });
      for (const text of [path.targetId, path.address])
        maxLength(text, TEXT_MAX_LENGTH, { message: 'This is too long.' });
      pattern(path.apiKeyId, API_KEY_ID, { message: 'An id has 12 small letters and digits.' });
      validate(path.from, ({ value, valueOf }) =>
        value() === '' && valueOf(path.to) === ''
          ? { kind: 'required', message: 'Choose a first or a last day.' }
          : undefined,
      );
      validate(path.to, ({ value, valueOf }) => {
        const isBackwards = value() !== '' && value() < valueOf(path.from);
        return isBackwards ? { kind: 'order', message: 'Choose a day that is not before the first.' } : undefined;
      });
    },
    {
      submission: {
        action: () => {
          this.#dialogRef.close(filterOf(this.#model()));
          return Promise.resolve(undefined);
        },
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );
  protected readonly idHelp = computed(() => {
    const type = this.#model().targetType;
    return type === '' ? '' : targetIdHelp(type);
  });

  constructor() {
    effect(() => {
      const [, id] = WHOLE_API_KEY.exec(this.#model().apiKeyId) ?? [];
      if (id !== undefined) this.#model.update((typed) => ({ ...typed, apiKeyId: id }));
    });
  }
}
