import { Injectable, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';

/** The route's title: in the browser tab with the product's name, in the app bar without it. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  readonly #document = inject(Title);
  readonly #current = signal('');

  readonly current = this.#current.asReadonly();

  override updateTitle(snapshot: RouterStateSnapshot): void {
    const title = this.buildTitle(snapshot) ?? '';
    this.#current.set(title);
    this.#document.setTitle(title === '' ? 'Atelier' : `${title} · Atelier`);
  }
}
