import { Component, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialogActions, MatDialogClose } from '@angular/material/dialog';

/** The buttons below the form of a dialog: the way out, and the one that sends it. */
@Component({
  selector: 'app-form-actions',
  imports: [MatButton, MatDialogActions, MatDialogClose],
  template: `
    <mat-dialog-actions align="end">
      <button matButton type="button" mat-dialog-close>Cancel</button>
      <button matButton="filled" type="submit" [class.app-destructive]="isDestructive()" [disabled]="isBusy()">
        {{ isBusy() ? busyLabel() : label() }}
      </button>
    </mat-dialog-actions>
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class FormActions {
  readonly label = input.required<string>();
  /** What is said while the form is on its way. */
  readonly busyLabel = input.required<string>();
  readonly isBusy = input.required<boolean>();
  readonly isDestructive = input(false);
}
