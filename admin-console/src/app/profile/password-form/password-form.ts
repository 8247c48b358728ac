import { Component, inject, output, signal } from '@angular/core';
import { type FieldTree, FormField, FormRoot, type ValidationError, form, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { NEW_PASSWORD_RULE, newPasswordError } from '../../platform/new-password';
import { Notifications } from '../../platform/notifications';
import { problemOf, problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { FormFailure } from '../../ui/form-failure';

interface PasswordChange {
  readonly current: string;
  readonly next: string;
}

const EMPTY: PasswordChange = { current: '', next: '' };

/** Changes one's own password, which ends every other session. */
@Component({
  selector: 'app-password-form',
  imports: [FormFailure, FormField, FormRoot, MatButton, MatCheckbox, MatFormFieldModule, MatInput],
  templateUrl: './password-form.html',
  styleUrl: '../profile-form.scss',
})
export class PasswordForm {
  readonly changed = output();

  readonly #notifications = inject(Notifications);
  protected readonly session = inject(Session);
  protected readonly rule = NEW_PASSWORD_RULE;
  protected readonly isShown = signal(false);
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal(EMPTY);
  protected readonly form: FieldTree<PasswordChange> = form(
    this.#model,
    (path) => {
      validate(path.current, ({ value }) =>
        value() === '' ? { kind: 'required', message: 'Enter your current password.' } : undefined,
      );
      validate(path.next, ({ value }) => {
        const message = newPasswordError(value());
        return message === null ? undefined : { kind: 'weak', message };
      });
    },
    {
      submission: {
        action: () => this.#change(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  async #change(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    const { current, next } = this.#model();
    try {
      await this.session.changePassword(current, next);
    } catch (error) {
      const refused = this.#refused(error);
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
    this.form().reset(EMPTY);
    this.isShown.set(false);
    this.#notifications.inform('Changed your password. You are signed out everywhere else.');
    this.changed.emit();
    return undefined;
  }

  #refused(error: unknown): readonly ValidationError.WithOptionalFieldTree[] {
    const code = problemOf(error)?.code;
    if (code === 'auth.credentials_invalid')
      return [{ kind: 'server', message: 'This is not your current password.', fieldTree: this.form.current }];
    if (code === 'auth.password_weak')
      return [{ kind: 'server', message: problemSentence(error), fieldTree: this.form.next }];
    return [];
  }
}
