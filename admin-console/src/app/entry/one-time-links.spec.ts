import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component, type Type } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../testing/eventually';
import { FakeApi, refusal } from '../../testing/fake-api';
import { InvitationPage } from './invitation-page/invitation-page';
import { SetupPage } from './setup-page/setup-page';

const STATUS = 'GET /api/v1/auth/setup';
const SETUP = 'POST /api/v1/auth/setup';
const ACCEPT = 'POST /api/v1/auth/invitation';
const PASSWORD = 'seven quiet otters';
const grant = {
  access_token: 't',
  token_type: 'Bearer',
  expires_in: 600,
  user: { id: 1, email: 'ana@example.com', name: 'Ana', role: 'admin' },
};

@Component({ template: 'inside' })
class Inside {}

let api: FakeApi;
let page: HTMLElement;

beforeEach(() => {
  localStorage.clear();
  api = new FakeApi().on('GET /api/v1/auth/me', () => ({ ...grant.user, credits: { available: 1, held: 0 } }));
});

async function open(component: Type<unknown>, fragment: string): Promise<void> {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([
        { path: 'page', component },
        { path: '**', component: Inside },
      ]),
      provideHttpClient(withInterceptors([api.interceptor])),
    ],
  });
  const harness = await RouterTestingHarness.create(`/page${fragment}`);
  page = harness.fixture.nativeElement;
}

function fill(type: 'text' | 'email' | 'password', value: string): void {
  const input = page.querySelector<HTMLInputElement>(`input[type=${type}]`);
  if (input === null) throw new Error(`no ${type} field`);
  input.value = value;
  input.dispatchEvent(new Event('input'));
}

const submit = () => page.querySelector<HTMLButtonElement>('button[type=submit]')?.click();
const shows = (text: string) => eventually(() => expect(page.textContent).toContain(text));
const isInside = () => eventually(() => expect(TestBed.inject(Router).url).toBe('/'));

describe('SetupPage', () => {
  it('creates the first account with the token of the link and goes in', async () => {
    api.on(STATUS, () => ({ open: true })).on(SETUP, () => grant);
    await open(SetupPage, '#token=a-b_c');
    await shows('At least 15 characters.');
    fill('text', 'Ana');
    fill('email', 'ana@example.com');
    fill('password', PASSWORD);
    submit();

    await isInside();
    expect(api.asked(SETUP)[0]?.body).toEqual({
      token: 'a-b_c',
      name: 'Ana',
      email: 'ana@example.com',
      password: PASSWORD,
    });
  });

  it('checks the length of the password before asking the server', async () => {
    api.on(STATUS, () => ({ open: true }));
    await open(SetupPage, '#token=t');
    await shows('Create account');
    fill('text', 'Ana');
    fill('email', 'ana@example.com');
    fill('password', 'fourteen chars');
    submit();

    await shows('1 more character to reach 15.');
    expect(api.asked(SETUP)).toHaveLength(0);
  });

  it('shows the refusal of a weak password at the field until it is changed', async () => {
    api.on(STATUS, () => ({ open: true })).on(SETUP, () => refusal(422, 'auth.password_weak'));
    await open(SetupPage, '#token=t');
    await shows('Create account');
    fill('text', 'Ana');
    fill('email', 'ana@example.com');
    fill('password', 'passwordpassword');
    submit();
    await shows('This password is too easy to guess.');

    fill('password', PASSWORD);
    await eventually(() => expect(page.textContent).not.toContain('too easy'));
  });

  it('explains a link that is not valid', async () => {
    api.on(STATUS, () => ({ open: true })).on(SETUP, () => refusal(403, 'auth.setup_token_invalid'));
    await open(SetupPage, '#token=t');
    await shows('Create account');
    fill('text', 'Ana');
    fill('email', 'ana@example.com');
    fill('password', PASSWORD);
    submit();

    await shows('This set-up link is not valid.');
  });

  it('leads to signing in when the server is set up already', async () => {
    api.on(STATUS, () => ({ open: false }));
    await open(SetupPage, '#token=t');

    await shows('Atelier is already set up');
    expect(page.querySelector('a')?.getAttribute('href')).toBe('/login');
  });

  it('says where the link is when it was opened without its token', async () => {
    api.on(STATUS, () => ({ open: true }));
    await open(SetupPage, '');

    await shows('Open the set-up link');
  });

  it('can be retried when the server did not answer', async () => {
    api.on(STATUS, () => refusal(503, 'server.unavailable'));
    await open(SetupPage, '#token=t');
    await shows('The server is starting');

    api.on(STATUS, () => ({ open: true }));
    page.querySelector<HTMLButtonElement>('[role=alert] button')?.click();
    await shows('Create account');
  });
});

describe('InvitationPage', () => {
  it('accepts with a password and goes in', async () => {
    api.on(ACCEPT, () => grant);
    await open(InvitationPage, '#token=t');
    fill('password', PASSWORD);
    submit();

    await isInside();
    expect(api.asked(ACCEPT)[0]?.body).toEqual({ token: 't', password: PASSWORD });
  });

  it('explains an invitation that was used or has expired', async () => {
    api.on(ACCEPT, () => refusal(403, 'auth.invitation_invalid'));
    await open(InvitationPage, '#token=t');
    fill('password', PASSWORD);
    submit();

    await shows('This invitation doesn’t work');
  });

  it('explains a link without its token', async () => {
    await open(InvitationPage, '');

    await shows('This invitation doesn’t work');
  });
});
