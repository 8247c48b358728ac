import { httpResource } from '@angular/common/http';
import { Component, computed, inject, signal, viewChildren } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { SetupStatus } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { problemOf } from '../../platform/problem-parsing';
import { Session } from '../../session/session';
import { emailError } from '../email-error';
import { EntryField, accepts } from '../entry-field';
import { EntryFrame } from '../entry-frame';
import { entryProblem } from '../entry-problem';
import { linkToken } from '../link-token';
import { NEW_PASSWORD_RULE, newPasswordError } from '../../platform/new-password';

/** Creates the first administrator, with the one-time link that the server printed when it started. */
@Component({
  selector: 'app-setup-page',
  imports: [EntryField, EntryFrame, RouterLink],
  templateUrl: './setup-page.html',
  styleUrl: '../entry-form.scss',
})
export class SetupPage {
  readonly #session = inject(Session);
  readonly #router = inject(Router);
  private readonly fields = viewChildren(EntryField);

  protected readonly token = linkToken();
  protected readonly passwordRule = NEW_PASSWORD_RULE;
  protected readonly status = httpResource<SetupStatus>(() => `${API_BASE}/auth/setup`);
  protected readonly entryProblem = entryProblem;

  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly isSubmitting = signal(false);
  protected readonly failure = signal<string | null>(null);
  readonly #refusedPassword = signal<{ password: string; sentence: string } | null>(null);

  protected readonly nameError = computed(() => (this.name().trim() === '' ? 'Enter your name.' : null));
  protected readonly emailError = computed(() => emailError(this.email()));
  protected readonly passwordError = computed(() => {
    const refused = this.#refusedPassword();
    return refused?.password === this.password() ? refused.sentence : newPasswordError(this.password());
  });

  protected async setUp(token: string, event: Event): Promise<void> {
    event.preventDefault();
    if (this.isSubmitting() || !accepts(this.fields(), [this.nameError(), this.emailError(), this.passwordError()]))
      return;
    this.failure.set(null);
    this.isSubmitting.set(true);
    try {
      const [name, email, password] = [this.name().trim(), this.email().trim(), this.password()];
      await this.#session.setUp({ token, name, email, password });
      await this.#router.navigateByUrl('/');
    } catch (error) {
      this.#explain(error);
    } finally {
      this.isSubmitting.set(false);
    }
  }

  #explain(error: unknown): void {
    const sentence = entryProblem(error);
    if (problemOf(error)?.code === 'auth.password_weak') {
      this.#refusedPassword.set({ password: this.password(), sentence });
      this.fields().at(-1)?.focus();
    } else {
      this.failure.set(sentence);
    }
  }
}
