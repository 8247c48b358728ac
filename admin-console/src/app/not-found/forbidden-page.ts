import { Component } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState } from '../ui/empty-state';

@Component({
  selector: 'app-forbidden-page',
  imports: [EmptyState, MatButton, RouterLink],
  template: `
    <app-empty-state
      icon="lock"
      title="You need the admin role for this page"
      text="Ask an admin to change your role or to make the change for you."
    >
      <a matButton="filled" routerLink="/">Open Studio</a>
    </app-empty-state>
  `,
})
export class ForbiddenPage {}
