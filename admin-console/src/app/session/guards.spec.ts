import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { requireAdmin, requireSession } from './guards';
import { returnUrl } from './return-url';
import { Session, type SessionStatus } from './session';

@Component({ template: 'page' })
class Page {}

@Component({ template: 'forbidden' })
class Forbidden {}

@Component({ template: 'sign in' })
class Login {}

describe('the guards', () => {
  const status = signal<SessionStatus>('unknown');
  const isAdmin = signal(false);
  const restore = jest.fn<() => Promise<void>>();

  beforeEach(() => {
    status.set('unknown');
    isAdmin.set(false);
    restore.mockReset().mockResolvedValue(undefined);
    TestBed.configureTestingModule({
      providers: [
        { provide: Session, useValue: { status, isAdmin, restore } },
        provideRouter([
          { path: 'login', component: Login },
          {
            path: '',
            canMatch: [requireSession],
            children: [
              { path: 'admin', canMatch: [requireAdmin], children: [{ path: '**', component: Page }] },
              { path: 'admin', children: [{ path: '**', component: Forbidden }] },
              { path: '**', component: Page },
            ],
          },
        ]),
      ],
    });
  });

  async function visit(url: string): Promise<string> {
    const harness = await RouterTestingHarness.create(url);
    return `${TestBed.inject(Router).url} ${harness.routeNativeElement?.textContent ?? ''}`;
  }

  it('send a stranger to the sign-in page with the way back', async () => {
    restore.mockImplementation(async () => status.set('signed-out'));

    expect(await visit('/gallery/1?tier=standard')).toBe('/login?return=%2Fgallery%2F1%3Ftier%3Dstandard sign in');
  });

  it('leave out the way back to the start page', async () => {
    restore.mockImplementation(async () => status.set('signed-out'));

    expect(await visit('/')).toBe('/login sign in');
  });

  it('restore the session before they decide', async () => {
    restore.mockImplementation(async () => status.set('signed-in'));

    expect(await visit('/gallery')).toBe('/gallery page');
  });

  it('ask nothing when somebody is signed in', async () => {
    status.set('signed-in');

    expect(await visit('/gallery')).toBe('/gallery page');
    expect(restore).not.toHaveBeenCalled();
  });

  it('let admins in and explain to members', async () => {
    status.set('signed-in');
    isAdmin.set(true);
    const harness = await RouterTestingHarness.create('/admin/users');
    expect(harness.routeNativeElement?.textContent).toBe('page');

    isAdmin.set(false);
    await harness.navigateByUrl('/admin/settings');
    expect(harness.routeNativeElement?.textContent).toBe('forbidden');
  });
});

describe('the return address', () => {
  it.each([
    ['/gallery?tier=standard', '/gallery?tier=standard'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/login?return=/login', '/'],
    ['', '/'],
    [undefined, '/'],
  ])('of %p is %p', (asked, expected) => {
    expect(returnUrl(asked)).toBe(expected);
  });
});
