import { Component, input } from '@angular/core';

/**
 * A grey box in the place of what is being loaded; give it the size of the final thing. Invisible for the first 200 ms,
 * so that a fast answer doesn't flash.
 */
@Component({
  selector: 'app-skeleton',
  template: '',
  host: {
    'aria-hidden': 'true',
    '[style.inline-size]': 'width()',
    '[style.block-size]': 'height()',
    '[class.round]': "shape() === 'round'",
    '[class.text]': "shape() === 'text'",
  },
  styles: `
    :host {
      display: block;
      border-radius: var(--app-radius-card);
      background: var(--mat-sys-surface-container-high);
      animation: appear 150ms 200ms both;
    }
    :host(.text) {
      border-radius: var(--app-radius-small);
    }
    :host(.round) {
      border-radius: 50%;
    }
    @media (prefers-reduced-motion: no-preference) {
      :host {
        animation:
          appear 150ms 200ms both,
          breathe 1.6s 350ms ease-in-out infinite alternate;
      }
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
    @keyframes breathe {
      to {
        opacity: 0.55;
      }
    }
  `,
})
export class Skeleton {
  /** CSS lengths. */
  readonly width = input('100%');
  readonly height = input('16px');
  readonly shape = input<'box' | 'text' | 'round'>('text');
}
