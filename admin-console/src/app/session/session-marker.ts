import { DestroyRef, DOCUMENT, Injectable, inject } from '@angular/core';

const KEY = 'atelier.session';

/**
 * Remembers that this browser is signed in; holds no secret. It saves the sign-in page a request that can only fail, and
 * its removal tells the other tabs that one of them signed out. Where storage is blocked every browser counts as new.
 */
@Injectable({ providedIn: 'root' })
export class SessionMarker {
  readonly #window = inject(DOCUMENT).defaultView;
  readonly #destroyRef = inject(DestroyRef);

  isSet(): boolean {
    return this.#storage()?.getItem(KEY) === 'open';
  }

  set(): void {
    this.#storage()?.setItem(KEY, 'open');
  }

  clear(): void {
    this.#storage()?.removeItem(KEY);
  }

  whenClearedElsewhere(notify: () => void): void {
    const listen = (event: StorageEvent): void => {
      if (event.key === KEY && event.newValue === null) notify();
    };
    this.#window?.addEventListener('storage', listen);
    this.#destroyRef.onDestroy(() => this.#window?.removeEventListener('storage', listen));
  }

  /** Reading the property throws where the browser blocks storage. */
  #storage(): Storage | null {
    try {
      return this.#window?.localStorage ?? null;
    } catch {
      return null;
    }
  }
}
