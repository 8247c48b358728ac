import { DOCUMENT, Injectable, effect, inject, signal } from '@angular/core';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The file `theme.js` reads the same key before the first paint. */
const KEY = 'atelier.theme';

/** The person's choice of colours, kept in this browser; `system` follows the operating system. */
@Injectable({ providedIn: 'root' })
export class ThemePreference {
  readonly #document = inject(DOCUMENT);
  readonly #theme = signal<Theme>(this.#stored());

  readonly theme = this.#theme.asReadonly();

  constructor() {
    effect(() => {
      const theme = this.#theme();
      const { dataset } = this.#document.documentElement;
      if (theme === 'system') delete dataset['theme'];
      else dataset['theme'] = theme;
    });
  }

  choose(theme: Theme): void {
    this.#theme.set(theme);
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Storage is blocked: the choice lasts as long as this page.
    }
  }

  #stored(): Theme {
    try {
      const stored = localStorage.getItem(KEY);
      return THEMES.find((theme) => theme === stored) ?? 'system';
    } catch {
      return 'system';
    }
  }
}
