import { Component, computed, inject, signal } from '@angular/core';
import { type FieldTree, FormField, FormRoot, type ValidationError, form } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import type { IssuedApiKey } from '@atelier/contracts';
import { problemOf, problemSentence } from '../../platform/problem';
import { Checklist } from '../../ui/checklist/checklist';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';
import { askBeforeClosing } from '../../ui/one-time-secret/ask-before-closing';
import { OneTimeSecret } from '../../ui/one-time-secret/one-time-secret';
import { ApiKeyCommands } from '../api-key-commands';
import { type NewKeyDraft, createRequest, newKeyRules, refusedKeyFields } from '../api-key-form';
import { scopeChoices, scopesFor } from '../api-key-words';
import { KeyFields } from '../key-fields/key-fields';
import type { KeyOwner } from '../key-owner';

export interface NewKeyQuestion {
  /** Whom the key can be for, at least one; the first is preselected. */
  readonly owners: readonly [KeyOwner, ...KeyOwner[]];
  readonly ownId: number;
}

/** Makes a key in two steps: what it is for, then the key itself, this once. Closes with it. */
@Component({
  selector: 'app-create-key-dialog',
  imports: [
    Checklist,
    FormActions,
    FormFailure,
    FormField,
    FormRoot,
    KeyFields,
    MatButton,
    MatDialogModule,
    MatFormFieldModule,
    MatOption,
    MatSelect,
    OneTimeSecret,
  ],
  templateUrl: './create-key-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class CreateKeyDialog {
  readonly #commands = inject(ApiKeyCommands);
  readonly #dialogs = inject(MatDialog);
  readonly #dialogRef = inject<MatDialogRef<CreateKeyDialog, IssuedApiKey>>(MatDialogRef);
  protected readonly question = inject<NewKeyQuestion>(MAT_DIALOG_DATA);

  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly issued = signal<IssuedApiKey | undefined>(undefined);
  protected readonly isStored = signal(false);

  readonly #model = signal<NewKeyDraft>({
    ownerId: this.question.owners[0].id,
    scopes: ['generate', 'images:read'],
    details: { name: '', expiry: '90', monthlyLimit: '', addresses: '' },
  });
  protected readonly form: FieldTree<NewKeyDraft> = form(this.#model, newKeyRules, {
    submission: {
      action: () => this.#create(),
      onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
    },
  });

  readonly #owner = computed(
    () => this.question.owners.find(({ id }) => id === this.#model().ownerId) ?? this.question.owners[0],
  );
  protected readonly scopes = computed(() => scopeChoices(this.#owner().role));
  protected readonly title = computed(() => {
    const { id, name } = this.#owner();
    const isChoice = this.question.owners.length > 1;
    return isChoice || id === this.question.ownId ? 'Create API key' : `Create API key for ${name}`;
  });

  protected done(): void {
    this.#dialogRef.close(this.issued());
  }

  async #create(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    const draft = this.#model();
    // What was chosen for an administrator's account can't be had for another.
    const scopes = scopesFor(this.#owner().role).filter((scope) => draft.scopes.includes(scope));
    try {
      const issued = await this.#commands.create(createRequest({ ...draft, scopes }, this.question.ownId, Date.now()));
      this.issued.set(issued);
      askBeforeClosing(this.#dialogRef, this.#dialogs, { answer: issued, isStored: this.isStored });
      return undefined;
    } catch (error) {
      const refused = [...refusedKeyFields(error, this.form.details), ...this.#refusedScopes(error)];
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }

  #refusedScopes(error: unknown): ValidationError.WithOptionalFieldTree[] {
    const refusal = problemOf(error)?.errors?.find(({ path }) => path.split('.')[0] === 'scopes');
    if (!refusal) return [];
    return [{ kind: 'server', message: `The key ${refusal.message}.`, fieldTree: this.form.scopes }];
  }
}
