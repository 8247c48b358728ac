import { Component, input } from '@angular/core';

/** Why a form could not be sent, where it concerns no single field. Takes no room while there is nothing to say. */
@Component({
  selector: 'app-form-failure',
  template: `
    @if (message(); as text) {
      <p role="alert">{{ text }}</p>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    p {
      inline-size: 100%;
      margin: 0;
      padding: var(--app-space-3) var(--app-space-4);
      border-radius: var(--app-radius-card);
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
  `,
})
export class FormFailure {
  readonly message = input.required<string | undefined>();
}
