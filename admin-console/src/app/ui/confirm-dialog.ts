import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  type MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import { focusOrigin } from './focus-origin';

export interface Confirmation {
  readonly title: string;
  /** What will happen; one paragraph each. */
  readonly text: string | readonly string[];
  /** The verb of the action, e.g. `Deactivate`. */
  readonly confirm: string;
  readonly cancel?: string;
  /** Draws the action in the error colour and puts the focus on the way back. */
  readonly isDestructive?: boolean;
}

@Component({
  selector: 'app-confirm-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title>{{ confirmation.title }}</h2>
    <mat-dialog-content>
      @for (paragraph of paragraphs; track $index) {
        <p>{{ paragraph }}</p>
      }
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button
        matButton
        type="button"
        [mat-dialog-close]="false"
        [attr.cdkFocusInitial]="confirmation.isDestructive ? '' : null"
      >
        {{ confirmation.cancel ?? 'Cancel' }}
      </button>
      <button
        matButton="filled"
        type="button"
        [class.app-destructive]="confirmation.isDestructive"
        [mat-dialog-close]="true"
        [attr.cdkFocusInitial]="confirmation.isDestructive ? null : ''"
      >
        {{ confirmation.confirm }}
      </button>
    </mat-dialog-actions>
  `,
  styles: `
    p {
      margin: 0;
    }
    p + p {
      margin-block-start: var(--app-space-2);
    }
  `,
})
export class ConfirmDialog {
  protected readonly confirmation = inject<Confirmation>(MAT_DIALOG_DATA);
  protected readonly paragraphs = [this.confirmation.text].flat();
}

/** Asks, and resolves with the answer; closing the dialog in any other way is a no. */
export async function confirmed(dialog: MatDialog, confirmation: Confirmation): Promise<boolean> {
  const opened = dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, {
    data: confirmation,
    width: '440px',
    maxWidth: 'calc(100vw - 32px)',
    restoreFocus: focusOrigin(),
  });
  return (await firstValueFrom(opened.afterClosed())) === true;
}
