import { Component, computed, inject, signal } from '@angular/core';
import { FormField, FormRoot, form, hidden, maxLength, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import type { User } from '@atelier/contracts';
import { AUDIT_RANGES, type AuditFilter, RANGE_LABELS, TEXT_MAX_LENGTH } from '../audit-filter';
import { AUDIT_ACTION_ORDER, actionLabel } from '../audit-sentences';
import { TARGET_TYPE_ORDER, targetIdHelp, targetTypeLabel } from '../audit-targets';
import { RESULT_WORDS } from '../audit-words';
import type { ChipKey } from '../filter-bar/filter-bar';
import { type TypedFilter, filterOf, typedFilter } from '../typed-filter';

export interface FilterQuestion {
  readonly filter: AuditFilter;
  /** Accounts to choose from. */
  readonly users: readonly Pick<User, 'id' | 'name'>[];
  /** What somebody came to choose. */
  readonly focus: ChipKey | 'dates';
}

/** All filters in one form. Closes with the whole filter. */
@Component({
  selector: 'app-filter-dialog',
  imports: [FormField, FormRoot, MatButton, MatDialogModule, MatFormFieldModule, MatInput, MatOption, MatSelect],
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
  protected readonly actors = actorsOf(this.#question);

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
}

/** Those that are known, and whoever is chosen already. */
function actorsOf({ users, filter: { actorId } }: FilterQuestion) {
  const known = users.map(({ id, name }) => ({ value: String(id), label: name }));
  const isMissing = actorId !== undefined && !users.some(({ id }) => id === actorId);
  return isMissing ? [{ value: String(actorId), label: `User ${actorId}` }, ...known] : known;
}
