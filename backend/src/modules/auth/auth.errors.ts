import type { FieldError } from '@atelier/contracts';
import { DomainError } from '../../platform/errors/index.js';

export const authenticationRequired = (): DomainError =>
  new DomainError('auth.required', 'unauthenticated', 'Sign in first.');

export const tokenInvalid = (cause?: unknown): DomainError =>
  new DomainError('auth.token_invalid', 'unauthenticated', 'The access token is not valid. Sign in again.', { cause });

/** Also for a token whose user has changed since: a refresh brings one that tells the truth. */
export const tokenExpired = (cause?: unknown): DomainError =>
  new DomainError('auth.token_expired', 'unauthenticated', 'The access token has expired. Refresh the session.', {
    cause,
  });

export const ticketInvalid = (): DomainError =>
  new DomainError('auth.ticket_invalid', 'unauthenticated', 'The ticket is not valid any more. Ask for a new one.');

/** The same for an unknown address, a wrong password and a disabled user, so that it says nothing about who exists. */
export const credentialsInvalid = (): DomainError =>
  new DomainError('auth.credentials_invalid', 'unauthenticated', 'Email or password is incorrect.');

export const refreshInvalid = (): DomainError =>
  new DomainError('auth.refresh_invalid', 'unauthenticated', 'The session has ended. Sign in again.');

export const throttled = (retryAfterMs: number): DomainError =>
  new DomainError('auth.throttled', 'throttled', 'Too many attempts. Try again later.', {
    retryable: true,
    retryAfterMs,
  });

export const originRefused = (): DomainError =>
  new DomainError('auth.origin_refused', 'forbidden', 'This request may only come from the console itself.');

/** The same for a session that never was, somebody else's, and one that has ended. */
export const sessionNotFound = (): DomainError =>
  new DomainError('auth.session_not_found', 'not_found', 'There is no such session, or it has ended already.');

export const forbidden = (): DomainError =>
  new DomainError('auth.forbidden', 'forbidden', 'You are not allowed to do this.');

export const setupClosed = (): DomainError =>
  new DomainError(
    'auth.setup_closed',
    'forbidden',
    'Atelier has been set up already. Sign in, or ask an administrator for an account.',
  );

export const setupTokenInvalid = (): DomainError =>
  new DomainError(
    'auth.setup_token_invalid',
    'forbidden',
    'This set-up link is not valid. Use the newest one from the server log; a restart prints a fresh one.',
  );

export const invitationInvalid = (): DomainError =>
  new DomainError(
    'auth.invitation_invalid',
    'forbidden',
    'This invitation is not valid any more. Ask an administrator for a new one.',
  );

/** @param path the field of the request that holds the password */
export const passwordWeak = (path: string, message: string): DomainError =>
  new DomainError('auth.password_weak', 'invalid', `This password is too weak: it ${message}.`, {
    errors: [{ path, message }],
  });

export const requestInvalid = (errors: readonly FieldError[]): DomainError =>
  new DomainError('request.invalid', 'invalid', 'The request is not valid.', { errors });

export const userNotFound = (): DomainError =>
  new DomainError('users.not_found', 'not_found', 'There is no such user.');

export const emailTaken = (): DomainError =>
  new DomainError('users.email_taken', 'conflict', 'There is a user with this e-mail address already.');

export const lastAdmin = (): DomainError =>
  new DomainError(
    'users.last_admin',
    'conflict',
    'This is the last administrator. Make somebody else an administrator first.',
  );
