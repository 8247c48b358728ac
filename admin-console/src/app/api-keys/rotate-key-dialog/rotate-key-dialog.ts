import { Component, inject, signal } from '@angular/core';
import { FormField, FormRoot, form } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import type { ApiKey, IssuedApiKey } from '@atelier/contracts';
import { problemSentence } from '../../platform/problem';
import { askBeforeClosing } from '../../ui/one-time-secret/ask-before-closing';
import { OneTimeSecret } from '../../ui/one-time-secret/one-time-secret';
import { ApiKeyCommands } from '../api-key-commands';

const GRACE_CHOICES = [
  { seconds: 0, label: 'Not at all' },
  { seconds: 60 * 60, label: '1 hour' },
  { seconds: 24 * 60 * 60, label: '24 hours' },
  { seconds: 7 * 24 * 60 * 60, label: '7 days' },
] as const;

/** Gives a key another secret, which it shows this once. Closes with the key. */
@Component({
  selector: 'app-rotate-key-dialog',
  imports: [FormField, FormRoot, MatButton, MatDialogModule, MatFormFieldModule, MatOption, MatSelect, OneTimeSecret],
  templateUrl: './rotate-key-dialog.html',
  styleUrl: '../../ui/form-dialog.scss',
})
export class RotateKeyDialog {
  readonly #commands = inject(ApiKeyCommands);
  readonly #dialogs = inject(MatDialog);
  readonly #dialogRef = inject<MatDialogRef<RotateKeyDialog, IssuedApiKey>>(MatDialogRef);
  protected readonly key = inject<ApiKey>(MAT_DIALOG_DATA);

  protected readonly choices = GRACE_CHOICES;
  protected readonly isRotating = this.key.status === 'rotating';
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly issued = signal<IssuedApiKey | undefined>(undefined);
  protected readonly isStored = signal(false);
  readonly #model = signal({ graceSeconds: 24 * 60 * 60 });
  protected readonly form = form(this.#model, { submission: { action: () => this.#rotate() } });

  protected done(): void {
    this.#dialogRef.close(this.issued());
  }

  async #rotate(): Promise<undefined> {
    this.failure.set(undefined);
    try {
      const issued = await this.#commands.rotate(this.key.id, this.#model().graceSeconds);
      this.issued.set(issued);
      askBeforeClosing(this.#dialogRef, this.#dialogs, { answer: issued, isStored: this.isStored });
    } catch (error) {
      this.failure.set(problemSentence(error));
    }
  }
}
