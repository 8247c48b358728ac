import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import type { Me, SessionGrant, SessionUser } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { eventually } from '../../testing/eventually';
import { FakeApi, outage, refusal } from '../../testing/fake-api';
import { authInterceptor } from './auth-interceptor';
import { Session } from './session';

const REFRESH = 'POST /api/v1/auth/refresh';
const THING = '/api/v1/gallery/images';
const ana: SessionUser = { id: 1, email: 'ana@example.com', name: 'Ana', role: 'admin' };

@Component({ template: '' })
class Blank {}

function grant(token: string, user = ana): SessionGrant {
  return { access_token: token, token_type: 'Bearer', expires_in: 600, user };
}

describe('Session', () => {
  let api: FakeApi;
  let session: Session;
  let http: HttpClient;
  let router: Router;
  /** The tokens that the server takes. */
  let accepted: Set<string>;

  beforeEach(() => {
    localStorage.clear();
    accepted = new Set(['first']);
    const me: Me = { ...ana, credits: { available: 96, held: 4 } };
    api = new FakeApi()
      .on('POST /api/v1/auth/login', () => grant('first'))
      .on('POST /api/v1/auth/logout', () => ({}))
      .on('GET /api/v1/auth/me', () => me)
      .on(`GET ${THING}`, ({ headers }) =>
        accepted.has((headers.get('Authorization') ?? '').replace('Bearer ', ''))
          ? { fine: true }
          : refusal(401, 'auth.token_expired'),
      );
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: '**', component: Blank }]),
        provideHttpClient(withInterceptors([authInterceptor, api.interceptor])),
      ],
    });
    session = TestBed.inject(Session);
    http = TestBed.inject(HttpClient);
    router = TestBed.inject(Router);
  });

  const ask = () => firstValueFrom(http.get(THING));

  it('signs in, knows who it is and reads the balance', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');

    expect(session.status()).toBe('signed-in');
    expect(session.user()).toEqual(ana);
    expect(session.isAdmin()).toBe(true);
    await eventually(() => expect(session.credits()).toEqual({ available: 96, held: 4 }));
    expect(api.asked('GET /api/v1/auth/me')[0]?.headers.get('Authorization')).toBe('Bearer first');
  });

  it('keeps the access token out of every storage', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');

    expect(session.accessToken()).toBe('first');
    expect(JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])).not.toContain('first');
    expect(document.cookie).toBe('');
  });

  it('sends the token to its own API only', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    api.on('GET //elsewhere.example/api/v1/gallery/images', () => ({}));
    api.on('GET https://elsewhere.example/api/v1/gallery/images', () => ({}));
    api.on('GET /static/generated/a.png', () => ({}));

    for (const url of [
      '//elsewhere.example/api/v1/gallery/images',
      'https://elsewhere.example/api/v1/gallery/images',
      '/static/generated/a.png',
    ]) {
      await firstValueFrom(http.get(url));
      expect(api.asked(`GET ${url}`)[0]?.headers.has('Authorization')).toBe(false);
    }
    expect(api.asked('POST /api/v1/auth/login')[0]?.headers.has('Authorization')).toBe(false);
  });

  it('renews an expired token once for all requests under way, and repeats each', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    accepted = new Set(['second']);
    api.on(REFRESH, () => grant('second'));

    const answers = await Promise.all([ask(), ask(), ask(), ask(), ask()]);

    expect(answers).toHaveLength(5);
    expect(api.asked(REFRESH)).toHaveLength(1);
    expect(api.asked(`GET ${THING}`)).toHaveLength(10);
    expect(session.accessToken()).toBe('second');
  });

  it('uses the renewed token when an older request is refused late', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    accepted = new Set(['second']);
    api.on(REFRESH, () => grant('second'));
    await ask();

    await expect(session.renew('first')).resolves.toBe('second');
    expect(api.asked(REFRESH)).toHaveLength(1);
  });

  it('takes turns with other tabs where the browser has locks', async () => {
    const names: string[] = [];
    const locks = { request: (name: string, work: () => Promise<unknown>) => (names.push(name), work()) };
    Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
    api.on(REFRESH, () => grant('first'));

    await session.restore();

    expect(names).toEqual(['atelier.session.refresh']);
    Reflect.deleteProperty(navigator, 'locks');
  });

  it('repeats a refused request only once', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    accepted = new Set();
    api.on(REFRESH, () => grant('second'));

    await expect(ask()).rejects.toMatchObject({ status: 401 });
    expect(api.asked(`GET ${THING}`)).toHaveLength(2);
    expect(api.asked(REFRESH)).toHaveLength(1);
  });

  it('does not renew for a refusal that a new token would not change', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    api.on(`GET ${THING}`, () => refusal(403, 'auth.forbidden'));

    await expect(ask()).rejects.toMatchObject({ status: 403 });
    expect(api.asked(REFRESH)).toHaveLength(0);
  });

  it('goes to the sign-in page with the asked page when the session is over', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    await router.navigateByUrl('/gallery?tier=premium4');
    accepted = new Set();
    api.on(REFRESH, () => refusal(401, 'auth.refresh_invalid'));

    await expect(ask()).rejects.toMatchObject({ status: 401 });

    await eventually(() => expect(router.url).toBe('/login?return=%2Fgallery%3Ftier%3Dpremium4'));
    expect(session.status()).toBe('signed-out');
    expect(session.end()).toBe('expired');
    expect(session.user()).toBeNull();
    expect(session.accessToken()).toBeNull();
  });

  it('stays signed in when the server is out of reach for a renewal', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    accepted = new Set();
    api.on(REFRESH, () => outage());

    await expect(ask()).rejects.toMatchObject({ status: 0 });
    expect(session.status()).toBe('signed-in');
  });

  it('restores a session from the cookie', async () => {
    api.on(REFRESH, () => grant('first'));

    await session.restore();

    expect(session.status()).toBe('signed-in');
    expect(session.end()).toBeNull();
  });

  it('tells a visitor from somebody whose session has ended', async () => {
    api.on(REFRESH, () => refusal(401, 'auth.refresh_invalid'));
    await session.restore();
    expect([session.status(), session.end()]).toEqual(['signed-out', null]);

    localStorage.setItem('atelier.session', 'open');
    await session.restore();
    expect(session.end()).toBe('expired');
  });

  it('asks nothing of the server for a browser that was never signed in', async () => {
    await session.restoreIfKnown();

    expect(api.requests).toHaveLength(0);
  });

  it('does not take an outage for a signed-out person', async () => {
    api.on(REFRESH, () => outage());

    await session.restore();

    expect([session.status(), session.end()]).toEqual(['unknown', 'unreachable']);
  });

  it('goes on with the session that a changed password begins', async () => {
    api.on('POST /api/v1/auth/password', () => grant('after'));
    await session.signIn('ana@example.com', 'correct-horse-battery');
    accepted = new Set(['after']);
    await session.changePassword('correct-horse-battery', 'another-horse-battery');

    expect(api.asked('POST /api/v1/auth/password')[0]?.body).toEqual({
      current_password: 'correct-horse-battery',
      new_password: 'another-horse-battery',
    });
    expect(await ask()).toEqual({ fine: true });
    expect(api.asked(REFRESH)).toHaveLength(0);
  });

  it('stays signed in when the current password was wrong', async () => {
    api.on('POST /api/v1/auth/password', () => refusal(401, 'auth.credentials_invalid'));
    await session.signIn('ana@example.com', 'correct-horse-battery');

    await expect(session.changePassword('wrong', 'another-horse-battery')).rejects.toMatchObject({ status: 401 });
    expect(session.status()).toBe('signed-in');
    expect(session.accessToken()).toBe('first');
  });

  it('shows a new name at once', async () => {
    api.on('PATCH /api/v1/auth/me', ({ body }) => ({ ...ana, ...Object(body) }));
    await session.signIn('ana@example.com', 'correct-horse-battery');
    await session.rename('Ana Kovac');

    expect(session.user()).toEqual({ ...ana, name: 'Ana Kovac' });
  });

  it('signs out here and, through the marker, in the other tabs', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    await session.signOut();
    expect(session.status()).toBe('signed-out');
    expect(localStorage.getItem('atelier.session')).toBeNull();

    await session.signIn('ana@example.com', 'correct-horse-battery');
    window.dispatchEvent(new StorageEvent('storage', { key: 'atelier.session', newValue: null }));
    expect(session.status()).toBe('signed-out');
    expect(session.accessToken()).toBeNull();
  });

  it('stays signed in when signing out fails', async () => {
    await session.signIn('ana@example.com', 'correct-horse-battery');
    api.on('POST /api/v1/auth/logout', () => outage());

    await expect(session.signOut()).rejects.toMatchObject({ status: 0 });
    expect(session.status()).toBe('signed-in');
  });

  it('says when the balance could not be read, and reads it again on request', async () => {
    let isDown = true;
    api.on('GET /api/v1/auth/me', () => (isDown ? outage() : { ...ana, credits: { available: 7, held: 0 } }));
    await session.signIn('ana@example.com', 'correct-horse-battery');
    await eventually(() => expect(session.creditsFailed()).toBe(true));

    isDown = false;
    await session.refreshCredits();

    expect(session.credits()).toEqual({ available: 7, held: 0 });
    expect(session.creditsFailed()).toBe(false);
  });
});
