import { DOCUMENT, DestroyRef, Injectable, inject, signal } from '@angular/core';

/** Whether the browser has a network. It can be wrong about the server, never about being cut off. */
@Injectable({ providedIn: 'root' })
export class Connection {
  readonly #isOnline = signal(navigator.onLine);

  readonly isOnline = this.#isOnline.asReadonly();

  constructor() {
    const page = inject(DOCUMENT).defaultView;
    const update = (): void => this.#isOnline.set(navigator.onLine);
    page?.addEventListener('online', update);
    page?.addEventListener('offline', update);
    inject(DestroyRef).onDestroy(() => {
      page?.removeEventListener('online', update);
      page?.removeEventListener('offline', update);
    });
  }
}
