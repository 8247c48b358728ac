import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogModule } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';

/** One change as it is read: what it is about, what it was and what it will be. */
export interface ReviewedChange {
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

export interface Review {
  /** `2 changes`, `1 change` */
  readonly count: string;
  readonly changes: readonly ReviewedChange[];
  /** What the changes do, where their list doesn't say it. */
  readonly note?: string;
}

/** Lists what a save would change, in words. Closes with true to go ahead. */
@Component({
  selector: 'app-review-dialog',
  imports: [MatButton, MatDialogModule],
  template: `
    <h2 mat-dialog-title>Review {{ review.count }}</h2>
    <mat-dialog-content>
      <ul>
        @for (change of review.changes; track change.label) {
          <li>
            <span class="label">{{ change.label }}</span>
            <span class="values">
              {{ change.from }}<span aria-hidden="true">&ngsp;→&ngsp;</span><span class="app-visually-hidden"> to </span
              ><strong>{{ change.to }}</strong>
            </span>
          </li>
        }
      </ul>
      @if (review.note; as note) {
        <p>{{ note }}</p>
      }
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton type="button" [mat-dialog-close]="false">Keep editing</button>
      <button matButton="filled" type="button" [mat-dialog-close]="true" cdkFocusInitial>
        Save {{ review.count }}
      </button>
    </mat-dialog-actions>
  `,
  styleUrl: './review-dialog.scss',
})
export class ReviewDialog {
  protected readonly review = inject<Review>(MAT_DIALOG_DATA);
}

/** Shows the changes, and resolves with whether they are to be saved. */
export async function reviewed(dialog: MatDialog, review: Review): Promise<boolean> {
  const opened = dialog.open<ReviewDialog, Review, boolean>(ReviewDialog, {
    data: review,
    width: '520px',
    maxWidth: 'calc(100vw - 32px)',
  });
  return (await firstValueFrom(opened.afterClosed())) === true;
}
