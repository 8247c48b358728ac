import { Component, input } from '@angular/core';

/** The page of somebody who is not signed in: one card, and a picture beside it where there is room. */
@Component({
  selector: 'app-entry-frame',
  template: `
    <main>
      <section class="card" aria-labelledby="entry-title">
        <img src="/atelier.svg" width="32" height="32" alt="" />
        <h1 id="entry-title">{{ title() }}</h1>
        @if (text(); as sentence) {
          <p>{{ sentence }}</p>
        }
        <ng-content />
      </section>
    </main>
    <div class="picture"></div>
  `,
  styleUrl: './entry-frame.scss',
})
export class EntryFrame {
  readonly title = input.required<string>();
  readonly text = input<string>();
}
