import { Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { FormField, FormRoot, type ValidationError, form } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { Role } from '@atelier/contracts';
import { displayName } from '../../platform/display-name';
import { Notifications } from '../../platform/notifications';
import { fieldMessages, problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { FormFailure } from '../../ui/form-failure';

const ROLES: Readonly<Record<Role, string>> = { admin: 'Admin', member: 'Member' };

/** One's own name, beside what only an administrator changes. */
@Component({
  selector: 'app-name-form',
  imports: [FormFailure, FormField, FormRoot, MatButton, MatFormFieldModule, MatInput],
  template: `
    <form [formRoot]="form">
      <mat-form-field appearance="outline" subscriptSizing="dynamic">
        <mat-label>Name</mat-label>
        <input matInput autocomplete="name" [formField]="form.name" />
        <mat-error>{{ form.name().errors()[0]?.message }}</mat-error>
      </mat-form-field>
      <dl>
        <dt>Email</dt>
        <dd>{{ session.user()?.email }}</dd>
        <dt>Role</dt>
        <dd>{{ role() }}</dd>
      </dl>
      <app-form-failure [message]="failure()" />
      <button matButton="filled" type="submit" [disabled]="form().submitting()">
        {{ form().submitting() ? 'Saving…' : 'Save name' }}
      </button>
    </form>
  `,
  styleUrl: '../profile-form.scss',
})
export class NameForm {
  readonly #notifications = inject(Notifications);
  protected readonly session = inject(Session);

  protected readonly role = computed(() => ROLES[this.session.user()?.role ?? 'member']);
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = linkedSignal(() => ({ name: this.session.user()?.name ?? '' }));
  protected readonly form = form(this.#model, (path) => displayName(path.name), {
    submission: {
      action: () => this.#save(),
      onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
    },
  });

  async #save(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    try {
      await this.session.rename(this.#model().name.trim());
      this.#notifications.inform('Saved your name.');
      return undefined;
    } catch (error) {
      const message = fieldMessages(error)['name'];
      if (message !== undefined)
        return [{ kind: 'server', message: `This name ${message}.`, fieldTree: this.form.name }];
      this.failure.set(problemSentence(error));
      return undefined;
    }
  }
}
