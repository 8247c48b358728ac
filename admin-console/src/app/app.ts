import { Component, inject, signal } from '@angular/core';
import { NavigationEnd, NavigationError, Router, RouterOutlet } from '@angular/router';

@Component({
  selector: 'app-root',
  imports: [RouterOutlet],
  template: `
    <router-outlet />
    @if (isUnreachable()) {
      <main class="app-unreachable">
        <h1>Atelier couldn’t be loaded</h1>
        <p>We can’t reach the server. Check your connection, then reload.</p>
        <a href="">Reload</a>
      </main>
    }
  `,
})
export class App {
  /** True when the code of the very first page could not be fetched, so that there is nothing else to see. */
  protected readonly isUnreachable = signal(false);

  constructor() {
    const router = inject(Router);
    router.events.subscribe((event) => {
      if (event instanceof NavigationEnd) this.isUnreachable.set(false);
      if (event instanceof NavigationError && router.lastSuccessfulNavigation() === null) this.isUnreachable.set(true);
    });
  }
}
