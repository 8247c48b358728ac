import { Component, computed, inject, signal } from '@angular/core';
import { FormField, FormRoot, form, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { Grant, UserWithCredits } from '@atelier/contracts';
import { CREDITS_MAX } from '@atelier/contracts/limits';
import { formatCredits, formatNumber } from '../../platform/formatting';
import { problemSentence } from '../../platform/problem';
import { UserCommands, newIdempotencyKey } from '../user-commands';
import { parseAmount } from '../user-rules';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

const REASON_MAX_LENGTH = 200;

/** Adds credits to an account or takes them back. Closes with the grant. */
@Component({
  selector: 'app-grant-dialog',
  imports: [FormActions, FormFailure, FormField, FormRoot, MatDialogModule, MatFormFieldModule, MatInput],
  templateUrl: './grant-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class GrantDialog {
  readonly #commands = inject(UserCommands);
  readonly #dialogRef = inject<MatDialogRef<GrantDialog, Grant>>(MatDialogRef);
  /** One per dialog: a repeated attempt, after an answer that got lost, can't move the credits twice. */
  readonly #idempotencyKey = newIdempotencyKey();
  protected readonly user = inject<UserWithCredits>(MAT_DIALOG_DATA);

  protected readonly reasonMaxLength = REASON_MAX_LENGTH;
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal({ amount: '', reason: '' });

  protected readonly form = form(
    this.#model,
    (path) => {
      validate(path.amount, ({ value }) => {
        const problem = this.#problemWith(parseAmount(value()));
        return problem === undefined ? undefined : { kind: 'amount', message: problem };
      });
      validate(path.reason, ({ value }) => {
        const { length } = value().trim();
        if (length === 0) return { kind: 'required', message: 'Enter a reason.' };
        if (length > REASON_MAX_LENGTH)
          return { kind: 'too_long', message: `Use at most ${REASON_MAX_LENGTH} characters.` };
        return undefined;
      });
    },
    {
      submission: {
        action: () => this.#grant(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  /** The balance that the grant leads to; null while there is no amount that could be granted. */
  protected readonly after = computed(() => {
    const amount = parseAmount(this.#model().amount);
    return amount === null || this.#problemWith(amount) !== undefined ? null : this.user.credits.available + amount;
  });
  protected readonly before = formatNumber(this.user.credits.available);
  protected readonly afterText = computed(() => {
    const after = this.after();
    return after === null ? undefined : formatNumber(after);
  });
  protected readonly action = computed(() => {
    const amount = parseAmount(this.#model().amount);
    if (amount === null || this.after() === null) return 'Grant credits';
    return amount > 0 ? `Grant ${formatCredits(amount)}` : `Take back ${formatCredits(-amount)}`;
  });

  #problemWith(amount: number | null): string | undefined {
    const { available } = this.user.credits;
    if (amount === null || amount === 0) return 'Enter a whole number other than 0, for example 50 or -50.';
    if (available + amount < 0) return `Only ${formatCredits(available)} can be taken back.`;
    if (available + amount > CREDITS_MAX) return `A balance can hold at most ${formatCredits(CREDITS_MAX)}.`;
    return undefined;
  }

  async #grant(): Promise<undefined> {
    const { amount, reason } = this.#model();
    this.failure.set(undefined);
    try {
      const request = { user_id: this.user.id, amount: parseAmount(amount) ?? 0, reason: reason.trim() };
      this.#dialogRef.close(await this.#commands.grant(request, this.#idempotencyKey));
    } catch (error) {
      this.failure.set(problemSentence(error));
    }
  }
}
