import { Component, viewChild } from '@angular/core';
import { PageHeader } from '../../ui/page-header';
import { NameForm } from '../name-form/name-form';
import { PasswordForm } from '../password-form/password-form';
import { SessionList } from '../session-list/session-list';

/** What people see and change about themselves. */
@Component({
  selector: 'app-profile-page',
  imports: [NameForm, PageHeader, PasswordForm, SessionList],
  template: `
    <app-page-header title="Profile" subtitle="Who you are here, how you sign in, and where you are signed in." />
    <div class="cards">
      <section aria-labelledby="name-heading">
        <h2 id="name-heading">Name</h2>
        <app-name-form />
      </section>
      <section aria-labelledby="password-heading">
        <h2 id="password-heading">Password</h2>
        <app-password-form (changed)="sessions().reload()" />
      </section>
    </div>
    <app-session-list />
  `,
  styleUrl: './profile-page.scss',
})
export class ProfilePage {
  protected readonly sessions = viewChild.required(SessionList);
}
