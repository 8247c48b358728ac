import { Component, inject, signal } from '@angular/core';
import { type FieldTree, FormField, FormRoot, type ValidationError, form } from '@angular/forms/signals';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import type { CreateServiceAccountRequest, Role, User } from '@atelier/contracts';
import { displayName } from '../../platform/display-name';
import { fieldMessages, problemSentence } from '../../platform/problem';
import { initialCredits } from '../new-user';
import { draftWithUsualCredits } from '../usual-credits';
import { UserCommands } from '../user-commands';
import { ROLE_LABELS } from '../user-words';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

interface NewServiceAccount {
  readonly name: string;
  readonly role: Role;
  /** Empty leaves the amount to the server's setting. */
  readonly credits: string;
}

const EMPTY: NewServiceAccount = { name: '', role: 'member', credits: '' };

/** Makes an account for programs. Closes with it. */
@Component({
  selector: 'app-create-service-account-dialog',
  imports: [
    FormActions,
    FormFailure,
    FormField,
    FormRoot,
    MatDialogModule,
    MatFormFieldModule,
    MatInput,
    MatOption,
    MatSelect,
  ],
  templateUrl: './create-service-account-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class CreateServiceAccountDialog {
  readonly #commands = inject(UserCommands);
  readonly #dialogRef = inject<MatDialogRef<CreateServiceAccountDialog, User>>(MatDialogRef);

  protected readonly roleLabels = ROLE_LABELS;
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = draftWithUsualCredits(EMPTY);
  protected readonly form: FieldTree<NewServiceAccount> = form(
    this.#model,
    (path) => {
      displayName(path.name);
      initialCredits(path.credits);
    },
    {
      submission: {
        action: () => this.#create(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  async #create(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    const { name, role, credits } = this.#model();
    const request: CreateServiceAccountRequest = {
      name: name.trim(),
      role,
      ...(credits.trim() === '' ? {} : { credits: Number(credits.trim()) }),
    };
    try {
      this.#dialogRef.close(await this.#commands.createServiceAccount(request));
      return undefined;
    } catch (error) {
      const messages = fieldMessages(error);
      const refused = (['name', 'role', 'credits'] as const).flatMap((key) => {
        const message = messages[key];
        return message === undefined
          ? []
          : [{ kind: 'server', message: `This ${key} ${message}.`, fieldTree: this.form[key] }];
      });
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }
}
