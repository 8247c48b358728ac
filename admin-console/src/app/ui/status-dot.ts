import { Component, input } from '@angular/core';

export type StatusTone = 'success' | 'warning' | 'error' | 'neutral' | 'busy';

/** A state in a colour, a shape and a word; the word goes between the tags, so colour is never the only sign. */
@Component({
  selector: 'app-status-dot',
  template: '<span class="dot" aria-hidden="true"></span><ng-content />',
  host: { '[attr.data-tone]': 'tone()' },
  styles: `
    :host {
      display: inline-flex;
      gap: var(--app-space-2);
      align-items: center;
      font: var(--mat-sys-body-medium);
      --dot: var(--mat-sys-outline);
    }
    .dot {
      flex: none;
      inline-size: 8px;
      block-size: 8px;
      border-radius: 50%;
      background: var(--dot);
      box-shadow: 0 0 0 3px color-mix(in srgb, var(--dot) 20%, transparent);
      forced-color-adjust: none;
    }
    :host([data-tone='success']) {
      --dot: var(--app-success);
    }
    :host([data-tone='warning']) {
      --dot: var(--app-warning);
    }
    :host([data-tone='error']) {
      --dot: var(--mat-sys-error);
    }
    :host([data-tone='busy']) {
      --dot: var(--mat-sys-primary);
    }
    :host([data-tone='warning']) .dot {
      border-radius: 2px;
    }
    :host([data-tone='error']) .dot {
      border-radius: 0;
      rotate: 45deg;
    }
    :host([data-tone='neutral']) .dot {
      background: none;
      box-shadow: inset 0 0 0 2px var(--dot);
    }
  `,
})
export class StatusDot {
  readonly tone = input.required<StatusTone>();
}
