import { Component } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState } from '../ui/empty-state';

@Component({
  selector: 'app-not-found-page',
  imports: [EmptyState, MatButton, RouterLink],
  template: `
    <app-empty-state
      icon="search"
      title="There is no page at this address"
      text="It may have moved, or the link has a mistake."
    >
      <a matButton="filled" routerLink="/">Open Studio</a>
      <a matButton routerLink="/gallery">Go to the gallery</a>
    </app-empty-state>
  `,
})
export class NotFoundPage {}
