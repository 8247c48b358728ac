import { HttpErrorResponse, HttpHeaders, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { delay } from 'rxjs';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { authInterceptor } from '../../session/auth-interceptor';
import { LoginPage } from './login-page';

const LOGIN = 'POST /api/v1/auth/login';
const REFRESH = 'POST /api/v1/auth/refresh';
const grant = {
  access_token: 't',
  token_type: 'Bearer',
  expires_in: 600,
  user: { id: 1, email: 'ana@example.com', name: 'Ana', role: 'member' },
};

@Component({ template: 'inside' })
class Inside {}

describe('LoginPage', () => {
  let api: FakeApi;
  let latencyMs: number;
  let page: HTMLElement;

  beforeEach(() => {
    localStorage.clear();
    latencyMs = 0;
    api = new FakeApi()
      .on(LOGIN, () => grant)
      .on('GET /api/v1/auth/me', () => ({ ...grant.user, credits: { available: 1, held: 0 } }));
    TestBed.configureTestingModule({
      providers: [
        provideRouter(
          [
            { path: 'login', component: LoginPage },
            { path: '**', component: Inside },
          ],
          withComponentInputBinding(),
        ),
        provideHttpClient(
          withInterceptors([authInterceptor, (request, next) => next(request).pipe(delay(latencyMs)), api.interceptor]),
        ),
      ],
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  async function open(url = '/login'): Promise<void> {
    const harness = await RouterTestingHarness.create(url);
    page = harness.fixture.nativeElement;
    document.body.append(page);
  }

  function field(label: string): HTMLInputElement {
    const name = [...page.querySelectorAll('label')].find((element) => element.textContent === label);
    const input = page.querySelector<HTMLInputElement>(`#${name?.htmlFor}`);
    if (input === null) throw new Error(`no field ${label}`);
    return input;
  }

  function fill(label: string, value: string): void {
    field(label).value = value;
    field(label).dispatchEvent(new Event('input'));
  }

  function signIn(email = ' ana@example.com ', password = 'correct-horse-battery'): void {
    fill('Email', email);
    fill('Password', password);
    submit();
  }

  const button = () => page.querySelector<HTMLButtonElement>('button[type=submit]');
  const submit = () => button()?.click();

  it('signs in and goes on to the page that was asked for', async () => {
    await open('/login?return=%2Fgallery%3Ftier%3Dstandard');
    signIn();

    await eventually(() => expect(TestBed.inject(Router).url).toBe('/gallery?tier=standard'));
    expect(api.asked(LOGIN)[0]?.body).toEqual({ email: 'ana@example.com', password: 'correct-horse-battery' });
  });

  it('never goes on to another site', async () => {
    await open('/login?return=%2F%2Fevil.example');
    signIn();

    await eventually(() => expect(TestBed.inject(Router).url).toBe('/'));
  });

  it('lets password managers fill it in', async () => {
    await open();

    expect(field('Email').autocomplete).toBe('username');
    expect(field('Password').autocomplete).toBe('current-password');
    expect(page.querySelector('main h1')?.textContent).toBe('Sign in to Atelier');
  });

  it('asks for what is missing without asking the server', async () => {
    await open();
    submit();

    await eventually(() => expect(page.textContent).toContain('Enter your email.'));
    expect(field('Email').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field('Email'));
    expect(api.requests).toHaveLength(0);
  });

  it('shows that it is working, and asks once', async () => {
    latencyMs = 100;
    await open();
    signIn();
    submit();

    await eventually(() => expect(button()?.textContent.trim()).toBe('Signing in…'));
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/'));
    expect(api.asked(LOGIN)).toHaveLength(1);
  });

  it('keeps the email and goes back to the password when they do not match', async () => {
    api.on(LOGIN, () => refusal(401, 'auth.credentials_invalid'));
    await open();
    signIn();

    await eventually(() =>
      expect(page.querySelector('[role=alert]')?.textContent.trim()).toBe('Email or password is incorrect.'),
    );
    expect(field('Email').value).toContain('ana@example.com');
    expect(document.activeElement).toBe(field('Password'));
    expect(api.asked(REFRESH)).toHaveLength(0);
  });

  it('says how long to wait after too many attempts, and opens again then', async () => {
    await open();
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'requestAnimationFrame'] });
    const problem = refusal(429, 'auth.throttled').error as unknown;
    api.on(
      LOGIN,
      () => new HttpErrorResponse({ status: 429, error: problem, headers: new HttpHeaders({ 'Retry-After': '90' }) }),
    );
    signIn();
    await jest.advanceTimersByTimeAsync(50);
    expect(page.textContent).toContain('Too many attempts. Try again in 2 minutes.');
    expect(button()?.getAttribute('aria-disabled')).toBe('true');

    submit();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(page.textContent).toContain('Try again in 30 seconds.');
    expect(api.asked(LOGIN)).toHaveLength(1);

    await jest.advanceTimersByTimeAsync(31_000);
    expect(page.textContent).not.toContain('Too many attempts');
    expect(button()?.getAttribute('aria-disabled')).toBe('false');
  });

  it('says that the server is out of reach', async () => {
    api.on(LOGIN, () => outage());
    await open();
    signIn();

    await eventually(() =>
      expect(page.querySelector('[role=alert]')?.textContent).toContain('We can’t reach the server.'),
    );
  });

  it('explains a session that has ended', async () => {
    localStorage.setItem('atelier.session', 'open');
    api.on(REFRESH, () => refusal(401, 'auth.refresh_invalid'));
    await open();

    await eventually(() =>
      expect(page.querySelector('[role=status]')?.textContent).toContain(
        'You were signed out. Sign in to continue where you left off.',
      ),
    );
  });

  it('offers to try again when the session could not be looked up, and goes on when it can', async () => {
    localStorage.setItem('atelier.session', 'open');
    api.on(REFRESH, () => outage());
    await open('/login?return=%2Fcredits');
    await eventually(() =>
      expect(page.querySelector('[role=status]')?.textContent).toContain('We can’t reach the server.'),
    );

    api.on(REFRESH, () => grant);
    page.querySelector<HTMLButtonElement>('[role=status] button')?.click();

    await eventually(() => expect(TestBed.inject(Router).url).toBe('/credits'));
  });

  it('shows the password on request', async () => {
    await open();
    fill('Password', 'correct-horse-battery');
    const toggle = page.querySelector<HTMLButtonElement>('[aria-label="Show password"]');
    toggle?.click();

    await eventually(() => expect(field('Password').type).toBe('text'));
    expect(toggle?.getAttribute('aria-label')).toBe('Hide password');
  });
});
