import { Component, input } from '@angular/core';
import { Icon } from './icon';
import type { IconName } from './icon-paths';

/** Why there is nothing here. The next step, a button or a link, goes between its tags. */
@Component({
  selector: 'app-empty-state',
  imports: [Icon],
  template: `
    @if (icon(); as name) {
      <span class="badge"><app-icon [name]="name" /></span>
    }
    <h2>{{ title() }}</h2>
    @if (text(); as sentence) {
      <p>{{ sentence }}</p>
    }
    <div class="actions"><ng-content /></div>
  `,
  styleUrl: './centred-state.scss',
})
export class EmptyState {
  readonly title = input.required<string>();
  readonly text = input<string>();
  readonly icon = input<IconName>();
}
