import { Clipboard } from '@angular/cdk/clipboard';
import { DOCUMENT } from '@angular/common';
import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Icon } from '../../ui/icon';

/** A one-time link with a way to take it along. */
@Component({
  selector: 'app-invitation-link',
  imports: [Icon, MatButton, MatFormFieldModule, MatInput],
  templateUrl: './invitation-link.html',
  styleUrl: './invitation-link.scss',
})
export class InvitationLink {
  readonly url = input.required<string>();
  readonly email = input.required<string>();

  readonly #clipboard = inject(Clipboard);
  readonly #document = inject(DOCUMENT);

  protected readonly address = computed(() => new URL(this.url(), this.#document.baseURI).href);
  protected readonly copying = signal<'idle' | 'copied' | 'failed'>('idle');

  protected copy(): void {
    this.copying.set(this.#clipboard.copy(this.address()) ? 'copied' : 'failed');
  }
}
