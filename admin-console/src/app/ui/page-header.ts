import { Component, input } from '@angular/core';

/** Title of a page with what can be done on it at its end, between the tags. The app bar hides its own title then. */
@Component({
  selector: 'app-page-header',
  template: `
    <div class="words">
      <h1>{{ title() }}</h1>
      @if (subtitle(); as sentence) {
        <p>{{ sentence }}</p>
      }
    </div>
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: var(--app-space-3) var(--app-space-4);
      align-items: flex-end;
      justify-content: space-between;
      margin-block-end: var(--app-space-5);
    }
    .words {
      flex: 1 1 240px;
      min-inline-size: 0;
    }
    h1 {
      margin: 0;
      font: var(--mat-sys-headline-small);
      font-weight: 600;
      letter-spacing: -0.01em;
    }
    p {
      max-inline-size: 72ch;
      margin: var(--app-space-1) 0 0;
      color: var(--mat-sys-on-surface-variant);
      font: var(--mat-sys-body-medium);
      text-wrap: pretty;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: var(--app-space-2);
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class PageHeader {
  readonly title = input.required<string>();
  readonly subtitle = input<string>();
}
