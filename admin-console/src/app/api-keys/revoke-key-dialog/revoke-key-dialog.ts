import { Component, inject, signal } from '@angular/core';
import { FormField, FormRoot, form, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { ApiKey } from '@atelier/contracts';
import { problemSentence } from '../../platform/problem';
import { ApiKeyCommands } from '../api-key-commands';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

/** Ends a key for good, once its name has been typed. Closes with true when it has ended. */
@Component({
  selector: 'app-revoke-key-dialog',
  imports: [FormActions, FormFailure, FormField, FormRoot, MatDialogModule, MatFormFieldModule, MatInput],
  templateUrl: './revoke-key-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class RevokeKeyDialog {
  readonly #commands = inject(ApiKeyCommands);
  readonly #dialogRef = inject<MatDialogRef<RevokeKeyDialog, true>>(MatDialogRef);
  protected readonly key = inject<ApiKey>(MAT_DIALOG_DATA);

  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal({ name: '' });
  protected readonly form = form(
    this.#model,
    (path) => {
      validate(path.name, ({ value }) =>
        value().trim() === this.key.name
          ? undefined
          : { kind: 'name', message: `Type “${this.key.name}” to revoke it.` },
      );
    },
    {
      submission: {
        action: () => this.#revoke(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  async #revoke(): Promise<undefined> {
    this.failure.set(undefined);
    try {
      await this.#commands.revoke(this.key.id);
      this.#dialogRef.close(true);
    } catch (error) {
      this.failure.set(problemSentence(error));
    }
  }
}
