import { Clipboard } from '@angular/cdk/clipboard';
import { Component, afterNextRender, inject, input, model, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { Icon } from '../icon';

/** A secret on the one occasion that it can be seen, and whether the person says that it is in safety. */
@Component({
  selector: 'app-one-time-secret',
  imports: [Icon, MatButton, MatCheckbox],
  template: `
    <p>Copy it now and keep it where your program reads its secrets. This is the only time you’ll see it.</p>
    <div class="row">
      <output [attr.aria-label]="label()">{{ secret() }}</output>
      <button #copyButton matButton="tonal" type="button" (click)="copy()">
        <app-icon matButtonIcon [name]="copying() === 'copied' ? 'success' : 'copy'" />
        {{ copying() === 'copied' ? 'Copied' : 'Copy' }}
      </button>
    </div>
    <p role="status" [class.app-visually-hidden]="copying() !== 'failed'">
      @switch (copying()) {
        @case ('copied') {
          Copied.
        }
        @case ('failed') {
          The browser didn’t allow copying. Select the text and copy it yourself.
        }
      }
    </p>
    <mat-checkbox [checked]="isStored()" (change)="isStored.set($event.checked)">{{ confirmation() }}</mat-checkbox>
  `,
  styleUrl: './one-time-secret.scss',
})
export class OneTimeSecret {
  readonly secret = input.required<string>();
  /** What it is, for screen readers: `API key`. */
  readonly label = input.required<string>();
  /** `I’ve stored this key` */
  readonly confirmation = input.required<string>();
  readonly isStored = model(false);

  readonly #clipboard = inject(Clipboard);
  private readonly copyButton = viewChild.required('copyButton', { read: MatButton });
  protected readonly copying = signal<'idle' | 'copied' | 'failed'>('idle');

  constructor() {
    // What had the focus, the button that asked for the secret, is gone.
    afterNextRender(() => this.copyButton().focus());
  }

  protected copy(): void {
    this.copying.set(this.#clipboard.copy(this.secret()) ? 'copied' : 'failed');
  }
}
