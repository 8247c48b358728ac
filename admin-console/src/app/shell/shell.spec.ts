import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { Router, TitleStrategy, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { SessionUser } from '@atelier/contracts';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../testing/eventually';
import { outage } from '../../testing/fake-api';
import { PageTitle } from '../platform/page-title';
import { Session } from '../session/session';
import { Shell } from './shell';

@Component({ template: 'page' })
class Page {}

describe('Shell', () => {
  const user = signal<SessionUser | null>(null);
  const isAdmin = signal(false);
  const credits = signal<{ available: number; held: number } | null>(null);
  const creditsFailed = signal(false);
  const signOut = jest.fn<() => Promise<void>>();
  const refreshCredits = jest.fn<() => Promise<void>>();
  let harness: RouterTestingHarness;
  let page: HTMLElement;

  beforeEach(async () => {
    localStorage.clear();
    delete document.documentElement.dataset['theme'];
    // The test browser doesn't know popovers; whether they open is not what is tested here.
    HTMLElement.prototype.hidePopover = () => undefined;
    user.set({ id: 2, email: 'mia@example.com', name: 'Mia van Berg', role: 'member' });
    isAdmin.set(false);
    credits.set({ available: 1_240, held: 16 });
    creditsFailed.set(false);
    signOut.mockReset().mockResolvedValue(undefined);
    refreshCredits.mockReset().mockResolvedValue(undefined);
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: Session, useValue: { user, isAdmin, credits, creditsFailed, signOut, refreshCredits } },
        { provide: TitleStrategy, useExisting: PageTitle },
        provideRouter([
          {
            path: '',
            component: Shell,
            children: [
              { path: '', pathMatch: 'full', title: 'Studio', component: Page },
              { path: 'broken', loadComponent: () => Promise.reject(new TypeError('Failed to fetch')) },
              { path: 'gallery', title: 'Gallery', children: [{ path: '**', component: Page }] },
              { path: '**', title: 'Other', component: Page },
            ],
          },
        ]),
      ],
    });
    harness = await RouterTestingHarness.create('/');
    page = harness.fixture.nativeElement;
  });

  const links = (selector: string) =>
    [...page.querySelectorAll<HTMLAnchorElement>(selector)].map((link) => link.getAttribute('href'));
  const current = () => page.querySelector('[aria-current=page]')?.textContent.trim();

  it('starts with a link to the content and has one main', async () => {
    const first = page.querySelector<HTMLElement>('a, button');
    expect(first?.textContent).toBe('Skip to content');
    expect(page.querySelectorAll('main')).toHaveLength(1);

    document.body.append(page);
    first?.click();
    expect(document.activeElement).toBe(page.querySelector('main'));
    expect(TestBed.inject(Router).url).toBe('/');
  });

  it('titles the page, in the bar and in the tab', async () => {
    await harness.navigateByUrl('/gallery');

    expect(page.querySelector('h1')?.textContent).toBe('Gallery');
    expect(document.title).toBe('Gallery · Atelier');
  });

  it('marks where the person is, with all pages of a section', async () => {
    expect(current()).toBe('Studio');

    await harness.navigateByUrl('/gallery/1?tier=standard');
    await eventually(() => expect(current()).toBe('Gallery'));
    expect(page.querySelectorAll('[aria-current=page]')).toHaveLength(1);
  });

  it('shows members no way to the admin pages', () => {
    expect(links('.navigation a')).toEqual(['/', '/gallery', '/credits', '/api-keys', '/webhooks']);
    expect(links('#more-panel a')).toEqual(['/api-keys', '/webhooks']);
  });

  it('shows admins the admin pages, in the rail and under More', async () => {
    isAdmin.set(true);
    await harness.fixture.whenStable();

    const admin = ['settings', 'providers', 'users', 'service-accounts', 'ledger', 'audit-log'].map(
      (name) => `/admin/${name}`,
    );
    expect(links('.navigation a')).toEqual(['/', '/gallery', '/credits', '/api-keys', '/webhooks', ...admin]);
    expect(links('#more-panel a')).toEqual(['/api-keys', '/webhooks', ...admin]);
  });

  it('has one bar for phones and desks: three places and More, what does not fit being on wide screens alone', () => {
    const places = [...page.querySelectorAll('.navigation > ul > li:not(.wide-only)')].map((item) =>
      item.textContent.trim(),
    );

    expect(places).toEqual(['Studio', 'Gallery', 'Credits', 'More']);
    expect(page.querySelector('.compact-only button')?.getAttribute('popovertarget')).toBe('more-panel');
  });

  it('shows what can be spent and what is on hold', async () => {
    expect(page.querySelector('.pill')?.textContent.replace(/\s+/g, ' ').trim()).toBe('1,240 credits');
    expect(page.querySelector('#credits-panel dl')?.textContent).toContain('16 credits');
    expect(links('#credits-panel a')).toEqual(['/credits']);

    credits.set({ available: 1, held: 0 });
    await harness.fixture.whenStable();
    expect(page.querySelector('.pill')?.textContent.replace(/\s+/g, ' ').trim()).toBe('1 credit');
  });

  it('offers to read the balance again when it could not be read', async () => {
    credits.set(null);
    creditsFailed.set(true);
    await harness.fixture.whenStable();
    page.querySelector<HTMLButtonElement>('#credits-panel button')?.click();

    expect(refreshCredits).toHaveBeenCalledTimes(1);
  });

  it('says who is signed in and signs out', async () => {
    const panel = page.querySelector('#account-panel');
    expect(panel?.textContent).toContain('mia@example.com');
    expect(panel?.textContent).toContain('Member');
    expect(panel?.textContent).toContain('MB');

    const loader = TestbedHarnessEnvironment.loader(harness.fixture);
    await (await loader.getHarness(MatButtonHarness.with({ text: /Sign out/ }))).click();
    expect(signOut).toHaveBeenCalledTimes(1);
  });

  it('explains when signing out fails', async () => {
    signOut.mockRejectedValue(outage());
    const loader = TestbedHarnessEnvironment.loader(harness.fixture);
    await (await loader.getHarness(MatButtonHarness.with({ text: /Sign out/ }))).click();

    const bar = await TestbedHarnessEnvironment.documentRootLoader(harness.fixture).getHarness(MatSnackBarHarness);
    expect(await bar.getMessage()).toBe('We can’t reach the server. Try again.');
  });

  it('explains when the code of a page cannot be fetched', async () => {
    await expect(harness.navigateByUrl('/broken')).rejects.toThrow('Failed to fetch');

    const bar = await TestbedHarnessEnvironment.documentRootLoader(harness.fixture).getHarness(MatSnackBarHarness);
    expect(await bar.getMessage()).toContain('This page couldn’t be loaded.');
  });

  it('keeps the chosen colours in this browser', async () => {
    const choose = (theme: string) =>
      page.querySelector<HTMLInputElement>(`#theme-panel input[value=${theme}]`)?.click();

    choose('dark');
    await harness.fixture.whenStable();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('atelier.theme')).toBe('dark');
    expect(page.querySelector<HTMLInputElement>('#more-panel input[value=dark]')?.checked).toBe(true);

    choose('system');
    await harness.fixture.whenStable();
    expect(document.documentElement.dataset['theme']).toBeUndefined();
    expect(localStorage.getItem('atelier.theme')).toBeNull();
  });

  it('says when the browser is offline, and stops when it is back', async () => {
    const online = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    window.dispatchEvent(new Event('offline'));
    await harness.fixture.whenStable();
    expect(page.querySelector('.offline')?.textContent).toContain('You’re offline. We’ll reconnect automatically.');

    online.mockReturnValue(true);
    window.dispatchEvent(new Event('online'));
    await harness.fixture.whenStable();
    expect(page.querySelector('.offline')?.textContent.trim()).toBe('');
    online.mockRestore();
  });

  it('starts each section at its top and leaves the pages within one alone', async () => {
    const main = page.querySelector('main');
    if (main === null) throw new Error('no main');
    await harness.navigateByUrl('/gallery');
    main.scrollTop = 500;

    await harness.navigateByUrl('/gallery/1');
    expect(main.scrollTop).toBe(500);

    await harness.navigateByUrl('/credits');
    expect(main.scrollTop).toBe(0);
  });
});
