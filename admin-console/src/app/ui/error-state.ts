import { Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from './icon';

/** A view that could not be shown, with the way out. */
@Component({
  selector: 'app-error-state',
  imports: [Icon, MatButton],
  host: { role: 'alert' },
  template: `
    <span class="badge error"><app-icon name="error" /></span>
    <h2>{{ title() }}</h2>
    @if (message(); as sentence) {
      <p>{{ sentence }}</p>
    }
    <div class="actions">
      <button matButton="tonal" type="button" (click)="retry.emit()">Retry</button>
      <ng-content />
    </div>
  `,
  styleUrl: './centred-state.scss',
})
export class ErrorState {
  readonly title = input('This couldn’t be loaded');
  readonly message = input<string>();
  readonly retry = output();
}
