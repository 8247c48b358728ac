import { Component, inject, signal } from '@angular/core';
import { FormField, FormRoot, form } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatOption, MatSelect } from '@angular/material/select';
import { answerOf } from '../answer-of';
import { FormActions } from '../form-actions';
import { FormFailure } from '../form-failure';
import { askBeforeClosing } from '../one-time-secret/ask-before-closing';
import { OneTimeSecret } from '../one-time-secret/one-time-secret';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

const GRACE_CHOICES = [
  { seconds: 0, label: 'Not at all' },
  { seconds: HOUR_S, label: '1 hour' },
  { seconds: DAY_S, label: '24 hours' },
  { seconds: 7 * DAY_S, label: '7 days' },
] as const;

/** What gets another secret, in words, and how. */
export interface Rotation<Rotated> {
  /** `Rotate the secret` */
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  /** What is worth a warning, such as an earlier rotation that ends now. */
  readonly warning?: string | undefined;
  /** `Old secret keeps working for` */
  readonly graceLabel: string;
  readonly graceHelp: string;
  /** `Rotate key` */
  readonly action: string;
  /** Of what is shown: a title, what it is called, and what one confirms. */
  readonly newTitle: string;
  readonly secretLabel: string;
  readonly confirmation: string;
  rotate(graceSeconds: number): Promise<{ readonly secret: string; readonly rotated: Rotated }>;
  /** The sentence for what went wrong. */
  explain(error: unknown): string;
}

/** Asks for how long an old secret lives on, and shows the new one this once. Closes with what was rotated. */
@Component({
  selector: 'app-rotate-secret-dialog',
  imports: [
    FormActions,
    FormFailure,
    FormField,
    FormRoot,
    MatButton,
    MatDialogModule,
    MatFormFieldModule,
    MatOption,
    MatSelect,
    OneTimeSecret,
  ],
  templateUrl: './rotate-secret-dialog.html',
  styleUrl: '../form-dialog.scss',
})
export class RotateSecretDialog<Rotated> {
  readonly #dialogs = inject(MatDialog);
  readonly #dialogRef = inject<MatDialogRef<RotateSecretDialog<Rotated>, Rotated>>(MatDialogRef);
  protected readonly rotation = inject<Rotation<Rotated>>(MAT_DIALOG_DATA);

  protected readonly choices = GRACE_CHOICES;
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly issued = signal<{ readonly secret: string; readonly rotated: Rotated } | undefined>(undefined);
  protected readonly isStored = signal(false);
  readonly #model = signal({ graceSeconds: DAY_S });
  protected readonly form = form(this.#model, { submission: { action: () => this.#rotate() } });

  protected done(): void {
    this.#dialogRef.close(this.issued()?.rotated);
  }

  async #rotate(): Promise<undefined> {
    this.failure.set(undefined);
    try {
      const issued = await this.rotation.rotate(this.#model().graceSeconds);
      askBeforeClosing(this.#dialogRef, this.#dialogs, { answer: issued.rotated, isStored: this.isStored });
      this.issued.set(issued);
    } catch (error) {
      this.failure.set(this.rotation.explain(error));
    }
  }
}

/** Resolves with what was rotated; undefined when it was not. */
export function rotated<Rotated>(dialogs: MatDialog, rotation: Rotation<Rotated>): Promise<Rotated | undefined> {
  return answerOf<Rotated>(dialogs, RotateSecretDialog, rotation);
}
