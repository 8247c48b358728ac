import { Component, inject, signal } from '@angular/core';
import { type FieldTree, FormRoot, type ValidationError, form } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import type { ApiKey } from '@atelier/contracts';
import { formatInstant } from '../../platform/formatting';
import { problemSentence } from '../../platform/problem';
import { ApiKeyCommands } from '../api-key-commands';
import { type KeyDraft, draftOf, keyRules, refusedKeyFields, updateRequest } from '../api-key-form';
import { KeyFields } from '../key-fields/key-fields';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

/** Name, end, limit and addresses; what a key may do never changes. Closes with the key as it is then. */
@Component({
  selector: 'app-edit-key-dialog',
  imports: [FormActions, FormFailure, FormRoot, KeyFields, MatDialogModule],
  templateUrl: './edit-key-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class EditKeyDialog {
  readonly #commands = inject(ApiKeyCommands);
  readonly #dialogRef = inject<MatDialogRef<EditKeyDialog, ApiKey>>(MatDialogRef);
  protected readonly key = inject<ApiKey>(MAT_DIALOG_DATA);

  protected readonly keptEnd = this.key.expires_at === null ? 'Never, as now' : formatInstant(this.key.expires_at);
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal<KeyDraft>(draftOf(this.key));
  protected readonly form: FieldTree<KeyDraft> = form(this.#model, keyRules, {
    submission: {
      action: () => this.#save(),
      onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
    },
  });

  async #save(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    const change = updateRequest(this.key, this.#model(), Date.now());
    if (change === undefined) {
      this.#dialogRef.close();
      return undefined;
    }
    try {
      this.#dialogRef.close(await this.#commands.update(this.key.id, change));
      return undefined;
    } catch (error) {
      const refused = refusedKeyFields(error, this.form);
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }
}
