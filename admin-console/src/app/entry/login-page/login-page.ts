import { Component, afterNextRender, computed, inject, input, signal, viewChildren } from '@angular/core';
import { Router } from '@angular/router';
import { problemOf, retryAfterSeconds } from '../../platform/problem-parsing';
import { returnUrl } from '../../session/return-url';
import { Session, type SessionEnd } from '../../session/session';
import { emailError } from '../email-error';
import { EntryField, accepts } from '../entry-field';
import { EntryFrame } from '../entry-frame';
import { entryProblem } from '../entry-problem';
import { Lockout, waitInWords } from './lockout';

const UNTOLD_LOCKOUT_SECONDS = 60;

const NOTICES: Readonly<Record<SessionEnd, string>> = {
  expired: 'You were signed out. Sign in to continue where you left off.',
  unreachable: 'We can’t reach the server.',
};

@Component({
  selector: 'app-login-page',
  imports: [EntryField, EntryFrame],
  templateUrl: './login-page.html',
  styleUrl: '../entry-form.scss',
})
export class LoginPage {
  readonly #session = inject(Session);
  readonly #router = inject(Router);
  readonly #lockout = new Lockout();
  private readonly fields = viewChildren(EntryField);

  /** Query parameter: the page that was asked for. */
  readonly return = input<string>();

  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly isSubmitting = signal(false);
  protected readonly failure = signal<string | null>(null);
  protected readonly end = this.#session.end;

  protected readonly emailError = computed(() => emailError(this.email()));
  protected readonly passwordError = computed(() => (this.password() === '' ? 'Enter your password.' : null));
  protected readonly notice = computed(() => {
    const end = this.end();
    return end === null ? null : NOTICES[end];
  });
  protected readonly wait = computed(() => {
    const seconds = this.#lockout.secondsLeft();
    return seconds === 0 ? null : waitInWords(seconds);
  });

  constructor() {
    void this.#continueKnownSession();
    afterNextRender(() => this.fields().at(0)?.focus());
  }

  protected async retry(): Promise<void> {
    await this.#session.restore();
    await this.#enter();
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    if (
      this.isSubmitting() ||
      this.wait() !== null ||
      !accepts(this.fields(), [this.emailError(), this.passwordError()])
    )
      return;
    this.failure.set(null);
    this.isSubmitting.set(true);
    try {
      await this.#session.signIn(this.email().trim(), this.password());
      await this.#enter();
    } catch (error) {
      this.#explain(error);
    } finally {
      this.isSubmitting.set(false);
    }
  }

  async #continueKnownSession(): Promise<void> {
    if (this.#session.status() === 'unknown' && this.end() === null) await this.#session.restoreIfKnown();
    await this.#enter();
  }

  #explain(error: unknown): void {
    const code = problemOf(error)?.code;
    if (code === 'auth.throttled') {
      this.#lockout.start(retryAfterSeconds(error) ?? UNTOLD_LOCKOUT_SECONDS);
    } else if (code === 'auth.credentials_invalid') {
      this.failure.set('Email or password is incorrect.');
      this.fields().at(-1)?.focus();
    } else {
      this.failure.set(entryProblem(error));
    }
  }

  async #enter(): Promise<void> {
    if (this.#session.status() === 'signed-in') await this.#router.navigateByUrl(returnUrl(this.return()));
  }
}
