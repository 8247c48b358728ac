import { Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';

/** Stays in view while there are edits that nobody has saved. */
@Component({
  selector: 'app-save-bar',
  imports: [MatButton],
  template: `
    <span class="count" role="status">{{ text() }}</span>
    <button matButton type="button" [disabled]="isSaving()" (click)="discard.emit()">Discard</button>
    <button matButton="filled" type="button" [disabled]="isSaving()" (click)="review.emit()">
      {{ isSaving() ? 'Saving…' : 'Review' }}
    </button>
  `,
  host: { role: 'region', 'aria-label': 'Unsaved changes' },
  styleUrl: './save-bar.scss',
})
export class SaveBar {
  /** How many edits there are, in words. */
  readonly text = input.required<string>();
  readonly isSaving = input.required<boolean>();

  readonly review = output();
  readonly discard = output();
}
