import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { formatCount } from '../../platform/formatting';
import { SETTING_FIELDS } from '../setting-fields';
import type { SettingChange } from '../settings-changes';

/** Lists what a save would change, in words. Closes with true to go ahead. */
@Component({
  selector: 'app-review-dialog',
  imports: [MatButton, MatDialogModule],
  template: `
    <h2 mat-dialog-title>Review {{ count() }}</h2>
    <mat-dialog-content>
      <ul>
        @for (change of changes; track change.key) {
          <li>
            <span class="label">{{ change.label }}</span>
            <span class="values">
              {{ change.from }}<span aria-hidden="true">&ngsp;→&ngsp;</span><span class="app-visually-hidden"> to </span
              ><strong>{{ change.to }}{{ unitOf(change) }}</strong>
            </span>
          </li>
        }
      </ul>
      @if (changesPrice()) {
        <p>New price applies to generations started from now on.</p>
      }
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton type="button" [mat-dialog-close]="false">Keep editing</button>
      <button matButton="filled" type="button" [mat-dialog-close]="true" cdkFocusInitial>Save {{ count() }}</button>
    </mat-dialog-actions>
  `,
  styleUrl: './review-dialog.scss',
})
export class ReviewDialog {
  protected readonly changes = inject<readonly SettingChange[]>(MAT_DIALOG_DATA);

  protected readonly count = computed(() => formatCount(this.changes.length, 'change'));
  protected readonly changesPrice = computed(() =>
    this.changes.some(({ key }) => SETTING_FIELDS[key].section === 'tiers'),
  );

  protected unitOf({ key, value }: SettingChange): string {
    if (SETTING_FIELDS[key].unit === undefined) return '';
    return value === '1' ? ' credit' : ' credits';
  }
}
