import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, input, linkedSignal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { Icon } from './icon';

/** Takes a text along, and says whether that worked. What it is called goes between its tags: `Copy`, `Copy JSON`. */
@Component({
  selector: 'app-copy-button',
  imports: [Icon, MatButton, MatIconButton],
  template: `
    @if (label(); as name) {
      <button matIconButton type="button" [attr.aria-label]="name" (click)="copy()">
        <app-icon [name]="outcome() === 'copied' ? 'success' : 'copy'" />
      </button>
    } @else {
      <button matButton="outlined" type="button" (click)="copy()">
        <app-icon matButtonIcon [name]="outcome() === 'copied' ? 'success' : 'copy'" /><ng-content />
      </button>
    }
    <span class="outcome" role="status">
      @switch (outcome()) {
        @case ('copied') {
          Copied.
        }
        @case ('failed') {
          The browser didn’t allow it. Select the text and copy it yourself.
        }
      }
    </span>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex-wrap: wrap;
      gap: var(--app-space-1) var(--app-space-2);
      align-items: center;
    }
    /* Its drawing, not its round target, stands where text would. */
    [matIconButton] {
      margin-inline-start: calc(-1 * var(--app-space-2));
    }
    .outcome {
      color: var(--mat-sys-on-surface-variant);
      font: var(--mat-sys-body-small);
    }
    .outcome:empty {
      display: none;
    }
  `,
})
export class CopyButton {
  readonly text = input.required<string>();
  /** Makes it no more than an icon, beside the text itself: `Copy the request id`. */
  readonly label = input<string>();

  readonly #clipboard = inject(Clipboard);
  protected readonly outcome = linkedSignal<string, 'idle' | 'copied' | 'failed'>({
    source: this.text,
    computation: () => 'idle',
  });

  protected copy(): void {
    this.outcome.set(this.#clipboard.copy(this.text()) ? 'copied' : 'failed');
  }
}
