import { Component, computed, inject, signal, viewChildren } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { problemOf } from '../../platform/problem-parsing';
import { Session } from '../../session/session';
import { EntryField, accepts } from '../entry-field';
import { EntryFrame } from '../entry-frame';
import { entryProblem } from '../entry-problem';
import { linkToken } from '../link-token';
import { NEW_PASSWORD_RULE, newPasswordError } from '../../platform/new-password';

/** Where an invitation link leads: choosing a password accepts it and signs in. */
@Component({
  selector: 'app-invitation-page',
  imports: [EntryField, EntryFrame, RouterLink],
  templateUrl: './invitation-page.html',
  styleUrl: '../entry-form.scss',
})
export class InvitationPage {
  readonly #session = inject(Session);
  readonly #router = inject(Router);
  private readonly fields = viewChildren(EntryField);

  protected readonly passwordRule = NEW_PASSWORD_RULE;
  /** Null when the link has none, or one that the server no longer takes. */
  protected readonly token = signal(linkToken());
  protected readonly password = signal('');
  protected readonly isSubmitting = signal(false);
  protected readonly failure = signal<string | null>(null);
  readonly #refusedPassword = signal<{ password: string; sentence: string } | null>(null);

  protected readonly passwordError = computed(() => {
    const refused = this.#refusedPassword();
    return refused?.password === this.password() ? refused.sentence : newPasswordError(this.password());
  });

  protected async accept(token: string, event: Event): Promise<void> {
    event.preventDefault();
    if (this.isSubmitting() || !accepts(this.fields(), [this.passwordError()])) return;
    this.failure.set(null);
    this.isSubmitting.set(true);
    try {
      await this.#session.acceptInvitation({ token, password: this.password() });
      await this.#router.navigateByUrl('/');
    } catch (error) {
      this.#explain(error);
    } finally {
      this.isSubmitting.set(false);
    }
  }

  #explain(error: unknown): void {
    const code = problemOf(error)?.code;
    const sentence = entryProblem(error);
    if (code === 'auth.password_weak') {
      this.#refusedPassword.set({ password: this.password(), sentence });
      this.fields().at(-1)?.focus();
    } else if (code === 'auth.invitation_invalid') {
      this.token.set(null);
    } else {
      this.failure.set(sentence);
    }
  }
}
