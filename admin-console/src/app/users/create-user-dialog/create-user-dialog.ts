import { Component, inject, signal } from '@angular/core';
import { type FieldTree, FormField, FormRoot, form, hidden } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatRadioButton, MatRadioGroup } from '@angular/material/radio';
import { MatOption, MatSelect } from '@angular/material/select';
import type { CreateUserRequest, CreatedUser } from '@atelier/contracts';
import { PASSWORD_MIN_LENGTH } from '@atelier/contracts/limits';
import { problemSentence } from '../../platform/problem';
import { InvitationLink } from '../invitation-link/invitation-link';
import { type NewUser, newUserRules, refusedFields } from '../new-user';
import { UserCommands, newIdempotencyKey } from '../user-commands';
import { ROLE_LABELS } from '../user-words';
import { draftWithUsualCredits } from '../usual-credits';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

const EMPTY: NewUser = { name: '', email: '', role: 'member', credits: '', access: 'invitation', password: '' };

/** Creates a user. Closes with it; before that, an invitation link is shown the one time that it can be. */
@Component({
  selector: 'app-create-user-dialog',
  imports: [
    FormActions,
    FormFailure,
    FormField,
    FormRoot,
    InvitationLink,
    MatButton,
    MatDialogModule,
    MatFormFieldModule,
    MatInput,
    MatOption,
    MatRadioButton,
    MatRadioGroup,
    MatSelect,
  ],
  templateUrl: './create-user-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class CreateUserDialog {
  readonly #commands = inject(UserCommands);
  readonly #dialogRef = inject<MatDialogRef<CreateUserDialog, CreatedUser>>(MatDialogRef);
  /** One per dialog, because creating a user also grants credits. */
  readonly #idempotencyKey = newIdempotencyKey();

  protected readonly passwordMinLength = PASSWORD_MIN_LENGTH;
  protected readonly roleLabels = ROLE_LABELS;
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly created = signal<CreatedUser | undefined>(undefined);

  readonly #model = draftWithUsualCredits(EMPTY);

  protected readonly form: FieldTree<NewUser> = form(
    this.#model,
    (path) => {
      newUserRules(path);
      hidden(path.password, { when: ({ valueOf }) => valueOf(path.access) !== 'password' });
    },
    {
      submission: {
        action: () => this.#create(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  protected done(): void {
    this.#dialogRef.close(this.created());
  }

  async #create() {
    this.failure.set(undefined);
    try {
      const user = await this.#commands.create(this.#request(), this.#idempotencyKey);
      if (user.invitation_url === undefined) {
        this.#dialogRef.close(user);
        return undefined;
      }
      // The link can't be read again, so a stray click beside the dialog must not take it away.
      this.#dialogRef.disableClose = true;
      this.created.set(user);
      return undefined;
    } catch (error) {
      const refused = refusedFields(error, this.form);
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }

  #request(): CreateUserRequest {
    const { name, email, role, credits, access, password } = this.#model();
    return {
      name: name.trim(),
      email: email.trim(),
      role,
      ...(credits.trim() === '' ? {} : { credits: Number(credits.trim()) }),
      ...(access === 'password' ? { password } : {}),
    };
  }
}
