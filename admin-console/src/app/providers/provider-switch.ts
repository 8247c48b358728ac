import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { AdminProvider } from '@atelier/contracts';
import { Notifications } from '../platform/notifications';
import { confirmed } from '../ui/confirm-dialog';
import { ProvidersStore } from './providers-store';

/** Turns providers on and off, at once and with a way back. A page provides its own, beside its store. */
@Injectable()
export class ProviderSwitch {
  readonly #store = inject(ProvidersStore);
  readonly #dialog = inject(MatDialog);
  readonly #notifications = inject(Notifications);

  async toggle({ key, label, enabled }: AdminProvider): Promise<void> {
    const isOn = !enabled;
    if (!isOn && this.#store.isLastProvider(key) && !(await this.#confirmLast(label))) return;
    if (!(await this.#set(key, isOn))) return;
    if (await this.#notifications.undo(`${label} turned ${isOn ? 'on' : 'off'}.`)) await this.#set(key, !isOn);
  }

  #confirmLast(label: string): Promise<boolean> {
    return confirmed(this.#dialog, {
      title: `Turn off ${label}?`,
      text: `${label} is the last provider that is on. New generations will be refused until you turn one on.`,
      confirm: 'Turn off',
      cancel: 'Keep it on',
      isDestructive: true,
    });
  }

  async #set(key: string, isOn: boolean): Promise<boolean> {
    try {
      await this.#store.setEnabled(key, isOn);
      return true;
    } catch (error) {
      this.#notifications.fail(error);
      return false;
    }
  }
}
