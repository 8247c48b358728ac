import { Component, computed, inject, signal } from '@angular/core';
import { FormField, FormRoot, type ValidationError, form, hidden, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { AdminProvider, ProviderConnection, ProviderCredentialsChange } from '@atelier/contracts';
import { fieldMessages, problemSentence } from '../../platform/problem';
import { ProviderCommands } from '../provider-commands';
import { FormActions } from '../../ui/form-actions';
import { FormFailure } from '../../ui/form-failure';

export interface ConnectionEdit {
  readonly provider: AdminProvider;
  readonly connection: ProviderConnection;
  /** What is to be changed. A key may come along with an address. */
  readonly changes: 'key' | 'address';
}

const KEY_NOTICES = {
  console: 'A key belongs to its address: the stored key is removed unless you enter it again.',
  environment: 'The key from the environment is sent to its own address only: enter the key of this one.',
} as const;

/** Takes a key, or an address with or without a key. Closes with the connection as it is then. */
@Component({
  selector: 'app-connection-dialog',
  imports: [FormActions, FormFailure, FormField, FormRoot, MatDialogModule, MatFormFieldModule, MatInput],
  templateUrl: './connection-dialog.html',
  styleUrl: './connection-dialog.scss',
})
export class ConnectionDialog {
  readonly #commands = inject(ProviderCommands);
  readonly #dialogRef = inject<MatDialogRef<ConnectionDialog, ProviderConnection>>(MatDialogRef);
  protected readonly edit = inject<ConnectionEdit>(MAT_DIALOG_DATA);

  protected readonly isAddress = this.edit.changes === 'address';
  protected readonly title = this.isAddress
    ? `Address of ${this.edit.provider.label}`
    : `${this.edit.connection.has_key ? 'Replace' : 'Add'} the key of ${this.edit.provider.label}`;
  protected readonly failure = signal<string | undefined>(undefined);
  readonly #model = signal({ address: this.isAddress ? (this.edit.connection.base_url ?? '') : '', key: '' });

  /** A key belongs to its address: what becomes of the present one at another, where none comes along. */
  protected readonly keyNotice = computed(() => {
    const { base_url: before, key_source: source } = this.edit.connection;
    if (!this.isAddress || this.#model().key !== '' || this.#address() === before || source === null) return undefined;
    return KEY_NOTICES[source];
  });

  protected readonly form = form(
    this.#model,
    (path) => {
      hidden(path.address, { when: () => !this.isAddress });
      hidden(path.key, { when: () => this.isAddress && this.edit.connection.key_need === 'none' });
      validate(path.address, ({ value }) =>
        isWebAddress(value().trim())
          ? undefined
          : { kind: 'address', message: 'Enter an address such as https://images.example.com/v1.' },
      );
      validate(path.key, ({ value }) => {
        if (!this.isAddress && value().trim() === '') return { kind: 'required', message: 'Paste the key.' };
        return /\s/.test(value().trim())
          ? { kind: 'blank', message: 'A key has no spaces or line breaks.' }
          : undefined;
      });
    },
    {
      submission: {
        action: () => this.#save(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  #address(): string {
    return this.#model().address.trim().replace(/\/+$/, '');
  }

  async #save(): Promise<readonly ValidationError.WithOptionalFieldTree[] | undefined> {
    this.failure.set(undefined);
    const key = this.#model().key.trim();
    const change: ProviderCredentialsChange = {
      ...(this.isAddress ? { base_url: this.#address() } : {}),
      ...(key === '' ? {} : { api_key: key }),
    };
    try {
      this.#dialogRef.close(await this.#commands.changeCredentials(this.edit.provider.key, change));
      return undefined;
    } catch (error) {
      const messages = fieldMessages(error);
      const refused = [
        { message: messages['base_url'], fieldTree: this.form.address },
        { message: messages['api_key'], fieldTree: this.form.key },
      ].flatMap(({ message, fieldTree }) =>
        message === undefined ? [] : [{ kind: 'server', message: `This ${message}.`, fieldTree }],
      );
      if (refused.length === 0) this.failure.set(problemSentence(error));
      return refused;
    }
  }
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+/i.test(text) && URL.canParse(text);
}
