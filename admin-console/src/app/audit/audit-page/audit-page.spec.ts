import { type HarnessLoader, TestKey } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { MatAutocompleteHarness } from '@angular/material/autocomplete/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { MatMenuHarness } from '@angular/material/menu/testing';
import { Router, provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { AuditEntry, AuditVerification } from '@atelier/contracts';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { auditEntry } from '../../../testing/audit-fixtures';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage } from '../../../testing/fake-api';
import { textOf } from '../../../testing/text-of';
import { userWithCredits } from '../../../testing/user-fixtures';
import { AuditPage } from './audit-page';

const LOG = 'GET /api/v1/admin/audit-log';
const TICKETS = 'POST /api/v1/admin/audit-log/export/tickets';
const USERS = 'GET /api/v1/admin/users';

describe('AuditPage', () => {
  let api: FakeApi;
  let entries: AuditEntry[];
  let verification: AuditVerification;
  let harness: RouterTestingHarness;
  let loader: HarnessLoader;

  beforeEach(() => {
    verification = { entries_checked: 1_204, broken_at: null, last_hash: 'a'.repeat(64) };
    entries = [
      auditEntry({ sequence: 12 }),
      auditEntry({
        ...{ sequence: 11, action: 'session.begin', actor: null, target: { type: 'user', id: '2', name: 'Ben' } },
        ...{ before: null, after: null, result: 'refused', detail: 'The password was wrong.' },
      }),
    ];
    api = new FakeApi()
      .on(LOG, ({ params }) =>
        params.get('cursor') === '11'
          ? {
              data: [auditEntry({ sequence: 1, actor: null, action: 'session.end' })],
              has_more: false,
              next_cursor: null,
            }
          : { data: entries, has_more: true, next_cursor: '11' },
      )
      .on('GET /api/v1/admin/audit-log/verification', () => verification)
      .on(USERS, ({ params }) => {
        const search = params.get('search') ?? '';
        const users = [userWithCredits(1, 'Ana'), userWithCredits(2, 'Ben')];
        const data = users.filter(({ id, name }) => String(id) === search || name.includes(search));
        return { data, has_more: false, next_cursor: null };
      });
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideRouter([{ path: 'admin/audit-log', component: AuditPage }], withComponentInputBinding()),
        provideHttpClient(withInterceptors([api.interceptor])),
      ],
    });
  });

  async function open(query = ''): Promise<void> {
    harness = await RouterTestingHarness.create(`/admin/audit-log${query}`);
    loader = TestbedHarnessEnvironment.documentRootLoader(harness.fixture);
    await harness.fixture.whenStable();
  }

  const page = (): HTMLElement => harness.fixture.nativeElement;
  const text = () => textOf(page());
  const rows = () => [...page().querySelectorAll('tbody tr')].map((row) => textOf(row));
  const press = async (name: string | RegExp) =>
    (await loader.getHarness(MatButtonHarness.with({ text: name }))).click();
  const pressPlain = (name: string) => {
    const button = [...document.querySelectorAll('button')].find(
      (element) => textOf(element) === name || element.getAttribute('aria-label') === name,
    );
    if (!button) throw new Error(`no button ${name}`);
    button.click();
  };
  const dialogText = async () => (await (await loader.getHarness(MatDialogHarness)).getText()).replace(/\s+/g, ' ');
  const asked = () =>
    api.asked(LOG).map(({ params }) => Object.fromEntries(params.keys().map((key) => [key, params.get(key)])));
  const searches = () => api.asked(USERS).map(({ params }) => params.toString());
  const exportAs = async (format: RegExp) => {
    const menu = await loader.getHarness(MatMenuHarness.with({ triggerText: /Export/ }));
    await menu.open();
    await menu.clickItem({ text: format });
  };
  const showWindow = () => document.dispatchEvent(new Event('visibilitychange'));

  it('tells of each event in a sentence, with its target, address and result', async () => {
    await open();

    expect(rows()[0]).toMatch(/Ana changed Standard price from 4 to 5 credits Standard price 192\.0\.2\.1 Done$/);
    expect(rows()[1]).toMatch(/Somebody tried to sign in as Ben The password was wrong\. Ben 192\.0\.2\.1 Refused$/);
    expect(text()).toContain('This log is read-only');
  });

  it('shows the last seven days, and more on demand', async () => {
    const before = Date.now();
    await open();
    await press('Load more');

    expect(rows()).toHaveLength(3);
    const [first] = asked();
    const week = 7 * 86_400_000;
    expect(Date.parse(first?.['from'] ?? '')).toBeGreaterThanOrEqual(before - week);
    expect(Date.parse(first?.['from'] ?? '')).toBeLessThanOrEqual(Date.now() - week);
    expect(asked()[1]).toEqual({ ...first, cursor: '11' });
  });

  it('reads the filter from the address, and says in chips what it is', async () => {
    entries = [];
    await open(
      '?range=all&actor=2&key=0123456789ab&action=user.change&target=settings:credit_price_standard&address=192.0.2.1&result=refused',
    );

    expect(asked()[0]).toEqual({
      ...{ limit: '50', actor_id: '2', api_key_id: '0123456789ab', action: 'user.change' },
      ...{ target_type: 'settings' },
      ...{ target_id: 'credit_price_standard', address: '192.0.2.1', result: 'refused' },
    });
    const chips = textOf(page().querySelector('app-filter-bar'));
    for (const chip of [
      'All time',
      'Actor: Ben',
      'API key: 0123456789ab',
      'Action: User changed',
      'Target: Standard price',
      'Address: 192.0.2.1',
      'Result: Refused',
    ])
      expect(chips).toContain(chip);

    pressPlain('Remove Actor: Ben');
    await harness.fixture.whenStable();
    expect(TestBed.inject(Router).url).not.toContain('actor');
    expect(asked().at(-1)).not.toHaveProperty('actor_id');

    await press('Clear filters');
    await harness.fixture.whenStable();
    expect(TestBed.inject(Router).url).toBe('/admin/audit-log');
  });

  it('changes the dates with two clicks', async () => {
    await open();
    const menu = await loader.getHarness(MatMenuHarness.with({ triggerText: /Last 7 days/ }));
    await menu.open();
    expect(textOf(document.querySelector('.mat-mdc-menu-panel :has(> .mat-mdc-menu-item-text app-icon)'))).toBe(
      'Last 7 days',
    );
    await menu.clickItem({ text: 'Last 30 days' });
    await harness.fixture.whenStable();

    expect(TestBed.inject(Router).url).toBe('/admin/audit-log?range=30d');
  });

  it('filters by whoever is found', async () => {
    await open();
    pressPlain('Actor');
    const actor = await loader.getHarness(MatAutocompleteHarness);
    await actor.focus();
    await eventually(async () => expect(await actor.getOptions()).toHaveLength(4));
    await actor.enterText('Be');
    await eventually(() => expect(searches()).toEqual(['limit=20', 'limit=20&search=Be']));
    await eventually(async () => expect(await actor.getOptions()).toHaveLength(1));
    await actor.selectOption({ text: /^Ben/ });
    await press('Show events');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log?actor=2'));
    expect(asked().at(-1)).toMatchObject({ actor_id: '2' });
  });

  it('takes the only one who is found when Enter is pressed, and sends nothing before', async () => {
    await open();
    pressPlain('Actor');
    const actor = await loader.getHarness(MatAutocompleteHarness);
    const box = await actor.host();
    await actor.enterText('itself');
    await box.sendKeys(TestKey.ENTER);
    await eventually(() => expect(searches()).toContain('limit=20&search=itself'));
    await eventually(async () => expect(await actor.getValue()).toBe('Atelier itself'));
    await press('Show events');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log?actor=system'));
    expect(textOf(page().querySelector('app-filter-bar'))).toContain('Actor: Atelier itself');
  });

  it('goes back to everybody when the field is emptied', async () => {
    entries = [];
    await open('?actor=2');
    await eventually(() => expect(textOf(page().querySelector('app-filter-bar'))).toContain('Actor: Ben'));
    pressPlain('Actor: Ben');
    const actor = await loader.getHarness(MatAutocompleteHarness);
    await actor.clear();
    await actor.blur();
    await press('Show events');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log'));
  });

  it('takes nobody for what is only half typed, and says when nobody is found', async () => {
    await open('?actor=system');
    pressPlain('Actor: Atelier itself');
    const actor = await loader.getHarness(MatAutocompleteHarness);
    await actor.clear();
    await actor.enterText('Zoe');
    await eventually(async () => expect(await dialogText()).toContain('Nobody is called “Zoe”.'));
    await (await actor.host()).sendKeys(TestKey.ENTER);
    await actor.blur();
    expect(await actor.getValue()).toBe('Atelier itself');
  });

  it('filters by a key, of which a pasted secret is not kept', async () => {
    await open();
    pressPlain('API key');
    const field = await loader.getHarness(MatInputHarness.with({ placeholder: '0a1b2c3d4e5f' }));
    await field.setValue('Shop');
    await press('Show events');
    expect(await dialogText()).toContain('An id has 12 small letters and digits.');

    const box = await field.host();
    await box.setInputValue('atl_0123456789ab_and_its_secret');
    await box.dispatchEvent('input');
    expect(await field.getValue()).toBe('0123456789ab');
    await press('Show events');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log?key=0123456789ab'));
  });

  it('wants dates that follow each other', async () => {
    await open('?range=custom&from=2026-11-05&to=2026-11-03');
    pressPlain('Result');
    await press('Show events');

    expect(await dialogText()).toContain('Choose a day that is not before the first.');
    expect(TestBed.inject(Router).url).toContain('to=2026-11-03');
  });

  it('opens an event with what it was before, and leads to the history of its target', async () => {
    await open();
    pressPlain('changed Standard price from 4 to 5 credits');
    await harness.fixture.whenStable();

    const drawer = await dialogText();
    expect(drawer).toContain('Ana changed Standard price from 4 to 5 credits');
    expect(drawer).toMatch(/28 Nov 2026, 10:00:00 UTC/);
    expect(drawer).toMatch(/Before: ?4 credits.*After: ?5 credits/);
    expect(drawer).toContain('c48af257-59fc-4bfb-9b5f-c736d3636a1d');
    expect(drawer).toContain('"hash": "aaaa');
    expect(drawer).toMatch(/Program ?Mozilla\/5\.0 .* Firefox\/150\.0 ?As it calls itself/);

    pressPlain('History of this target');
    await eventually(() =>
      expect(decodeURIComponent(TestBed.inject(Router).url)).toBe(
        '/admin/audit-log?range=all&target=settings:credit_price_standard',
      ),
    );
  });

  it('leads to everything that was done with a key', async () => {
    entries = [auditEntry({ actor: { id: 1, name: 'Ana', api_key_id: '0123456789ab', api_key_name: 'Shop' } })];
    await open();
    expect(rows()[0]).toContain('Ana with the API key “Shop”');
    pressPlain('changed Standard price from 4 to 5 credits');
    await harness.fixture.whenStable();
    expect(await dialogText()).toContain('API key “Shop”');
    pressPlain('Only this key');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log?key=0123456789ab'));
    await eventually(() => expect(textOf(page().querySelector('app-filter-bar'))).toContain('API key: Shop'));
  });

  it('counts what is new without moving the list, and shows it when asked', async () => {
    await open();
    entries = [auditEntry({ sequence: 14 }), auditEntry({ sequence: 13 }), ...entries];
    showWindow();
    await eventually(() => expect(text()).toContain('2 new events'));
    expect(rows()).toHaveLength(2);

    await press(/2 new events/);
    await eventually(() => expect(rows()).toHaveLength(4));
    expect(text()).not.toContain('new event');
  });

  it('says that there is more than a page of news', async () => {
    await open();
    entries = [auditEntry({ sequence: 20 }), auditEntry({ sequence: 19 })];
    showWindow();

    await eventually(() => expect(text()).toContain('2+ new events'));
  });

  it('looks for nothing new in days that are over', async () => {
    await open('?range=custom&from=2020-01-01&to=2020-01-02');
    showWindow();
    await harness.fixture.whenStable();

    expect(asked()).toHaveLength(1);
  });

  it('explains an empty range, and leads out of it', async () => {
    entries = [];
    await open('?address=192.0.2.9');
    expect(text()).toContain('No events in this range');

    await press('Show all events');
    await eventually(() => expect(TestBed.inject(Router).url).toBe('/admin/audit-log?range=all'));
    await eventually(() => expect(text()).toContain('No events yet'));
  });

  it('offers to retry when the log cannot be read', async () => {
    api.on(LOG, () => outage());
    await open();
    expect(text()).toContain('The audit log couldn’t be loaded We can’t reach the server.');

    api.on(LOG, () => ({ data: entries, has_more: false, next_cursor: null }));
    await press('Retry');
    expect(rows()).toHaveLength(2);
  });

  it('says that the chain holds, and where it does not', async () => {
    await open();
    expect(text()).toMatch(/Verified All 1,204 entries follow from each other/);

    verification = { entries_checked: 16, broken_at: 17, last_hash: 'b'.repeat(64) };
    await press('Verify again');
    expect(text()).toMatch(/Chain broken at #17 .*The 16 entries before it can be trusted/);
  });

  it('says that it could not verify', async () => {
    api.on('GET /api/v1/admin/audit-log/verification', () => outage());
    await open();

    expect(text()).toMatch(/Not verified We can’t reach the server/);
  });

  it('has the browser download what the filter shows, with a ticket for that alone', async () => {
    const followed: string[] = [];
    jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      followed.push(`${this.getAttribute('href')} ${this.hasAttribute('download')}`);
    });
    api.on(TICKETS, () => ({ ticket: 'a+ticket', expires_in: 60 }));
    await open('?range=all&result=refused');
    await exportAs(/CSV/);
    await eventually(() =>
      expect(followed).toEqual(['/api/v1/admin/audit-log/export?format=csv&result=refused&ticket=a%2Bticket true']),
    );
  });

  it('says why there is nothing to download', async () => {
    api.on(TICKETS, () => outage());
    await open();
    await exportAs(/JSON/);
    await eventually(() => expect(document.body.textContent).toContain('We can’t reach the server.'));
  });
});
