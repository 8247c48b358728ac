import { Component, inject, signal } from '@angular/core';
import { FormField, FormRoot, disabled, form } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import type { Role, UpdateUserRequest, User } from '@atelier/contracts';
import { displayName } from '../../platform/display-name';
import { problemSentence } from '../../platform/problem';
import { UserCommands } from '../user-commands';
import { ROLE_LABELS } from '../user-words';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

export interface EditedUser {
  readonly user: User;
  /** Nobody can take the admin role from themselves. */
  readonly isSelf: boolean;
}

/** Name and role. Closes with the user as it is then. */
@Component({
  selector: 'app-edit-user-dialog',
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
  templateUrl: './edit-user-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class EditUserDialog {
  readonly #commands = inject(UserCommands);
  readonly #dialogRef = inject<MatDialogRef<EditUserDialog, User>>(MatDialogRef);
  protected readonly edited = inject<EditedUser>(MAT_DIALOG_DATA);

  protected readonly roles: readonly { role: Role; label: string }[] = [
    { role: 'member', label: ROLE_LABELS.member },
    { role: 'admin', label: ROLE_LABELS.admin },
  ];
  protected readonly roleHint = this.edited.isSelf
    ? 'You can’t remove your own admin role. Another admin can.'
    : 'Admins manage settings, users and credits. Members make images.';
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal({ name: this.edited.user.name, role: this.edited.user.role });

  protected readonly form = form(
    this.#model,
    (path) => {
      displayName(path.name);
      disabled(path.role, { when: () => this.edited.isSelf });
    },
    {
      submission: {
        action: () => this.#save(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  async #save(): Promise<undefined> {
    const change = this.#change();
    this.failure.set(undefined);
    if (change === undefined) {
      this.#dialogRef.close();
      return;
    }
    try {
      this.#dialogRef.close(await this.#commands.update(this.edited.user.id, change));
    } catch (error) {
      this.failure.set(problemSentence(error));
    }
  }

  #change(): UpdateUserRequest | undefined {
    const { user, isSelf } = this.edited;
    const { role } = this.#model();
    const name = this.#model().name.trim();
    const change: UpdateUserRequest = {
      ...(name === user.name ? {} : { name }),
      ...(isSelf || role === user.role ? {} : { role }),
    };
    return Object.keys(change).length === 0 ? undefined : change;
  }
}
