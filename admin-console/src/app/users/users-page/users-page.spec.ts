import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { MatMenuHarness } from '@angular/material/menu/testing';
import { MatRadioButtonHarness } from '@angular/material/radio/testing';
import { MatSelectHarness } from '@angular/material/select/testing';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { Router, provideRouter } from '@angular/router';
import type { UserWithCredits } from '@atelier/contracts';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { setting } from '../../../testing/studio-fixtures';
import { userWithCredits } from '../../../testing/user-fixtures';
import { Session } from '../../session/session';
import { UsersPage } from './users-page';

const USERS = '/api/v1/admin/users';
const GRANTS = '/api/v1/admin/credits/grants';

describe('UsersPage', () => {
  let api: FakeApi;
  let users: UserWithCredits[];
  let fixture: ComponentFixture<UsersPage>;
  let document: HarnessLoader;
  const setCredits = jest.fn();

  beforeEach(() => {
    setCredits.mockClear();
    users = [userWithCredits(1, 'Ana Kovac', { role: 'admin' }), userWithCredits(2, 'Ben')];
    api = new FakeApi()
      .on(`GET ${USERS}`, ({ params }) =>
        params.get('cursor') === 'c1'
          ? { data: [userWithCredits(3, 'Cleo')], has_more: false, next_cursor: null }
          : { data: users, has_more: true, next_cursor: 'c1' },
      )
      .on('GET /api/v1/admin/studio/settings', () => ({ settings: [setting('initial_credits', '250')] }));
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        {
          provide: Session,
          useValue: { user: signal({ id: 1, email: 'ana@example.com', name: 'Ana Kovac', role: 'admin' }), setCredits },
        },
        provideRouter([{ path: '**', children: [] }]),
        provideHttpClient(withInterceptors([api.interceptor])),
      ],
    });
  });

  async function open(): Promise<void> {
    fixture = TestBed.createComponent(UsersPage);
    document = TestbedHarnessEnvironment.documentRootLoader(fixture);
    await fixture.whenStable();
  }

  const text = () => fixture.nativeElement.textContent.replace(/\s+/g, ' ');
  const row = (name: string) =>
    [...fixture.nativeElement.querySelectorAll('tbody tr')]
      .map((element: HTMLElement) => element.textContent.replace(/\s+/g, ' ').trim())
      .find((content) => content.includes(name));
  const press = async (name: string) => (await document.getHarness(MatButtonHarness.with({ text: name }))).click();
  const fieldOf = (label: string) => document.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const type = async (label: string, value: string) =>
    (await (await fieldOf(label)).getControl(MatInputHarness))?.setValue(value);
  const valueOf = async (label: string) => (await (await fieldOf(label)).getControl(MatInputHarness))?.getValue();
  const errorOf = async (label: string) => (await (await fieldOf(label)).getTextErrors()).join();
  const dialogText = async () => (await (await document.getHarness(MatDialogHarness)).getText()).replace(/\s+/g, ' ');
  const isDialogGone = () =>
    eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0));
  async function menuOf(index: number): Promise<MatMenuHarness> {
    const menu = (await document.getAllHarnesses(MatMenuHarness))[index];
    if (!menu) throw new Error(`no menu ${index}`);
    await menu.open();
    return menu;
  }
  async function choose(index: number, item: string): Promise<void> {
    await (await menuOf(index)).clickItem({ text: new RegExp(item) });
  }
  const itemsOf = async (index: number) =>
    Promise.all((await (await menuOf(index)).getItems()).map(async (item) => (await item.getText()).trim()));

  it('lists users with role, status, activity and balance, and more on demand', async () => {
    users[1] = userWithCredits(2, 'Ben', { status: 'invited', credits: { available: 1240, held: 4 } });
    await open();
    expect(api.asked(`GET ${USERS}`)[0]?.params.get('kind')).toBe('person');
    expect(row('Ana Kovac')).toMatch(/AK ?Ana Kovac \(you\) ?ana\.kovac@example\.com ?Admin ?Active/);
    expect(row('Ben')).toMatch(/Member ?Invited ?Last active Never 1,240 credits ?4 on hold/);
    await press('Load more');
    expect(row('Cleo')).toBeDefined();
    expect(await document.getAllHarnesses(MatButtonHarness.with({ text: 'Load more' }))).toHaveLength(0);
  });

  it('offers to retry when the list fails', async () => {
    api.on(`GET ${USERS}`, () => outage());
    await open();
    expect(text()).toContain('The users couldn’t be loaded');
    api.on(`GET ${USERS}`, () => ({ data: users, has_more: false, next_cursor: null }));
    await press('Retry');
    expect(row('Ben')).toBeDefined();
  });

  describe('granting credits', () => {
    it('shows before and after, and updates the row', async () => {
      api.on(`POST ${GRANTS}`, () => ({ id: 'g1', balance: { available: 146, held: 0 } }));
      await open();
      await choose(1, 'Grant credits');
      await type('Amount', '50');
      expect(await dialogText()).toMatch(/Available: 96 ?→ becomes 146/);
      await type('Reason', 'Workshop');
      await press('Grant 50 credits');
      await isDialogGone();
      expect(api.asked(`POST ${GRANTS}`)[0]?.body).toEqual({ user_id: 2, amount: 50, reason: 'Workshop' });
      expect(row('Ben')).toContain('146 credits');
      expect(setCredits).not.toHaveBeenCalled();
    });

    it('takes credits back, at most those that are available', async () => {
      api.on(`POST ${GRANTS}`, () => ({ id: 'g1', balance: { available: 0, held: 0 } }));
      await open();
      await choose(1, 'Grant credits');
      await type('Amount', '-97');
      await type('Reason', 'Correction');
      await press('Grant credits');
      expect(await errorOf('Amount')).toBe('Only 96 credits can be taken back.');
      await type('Amount', '−96');
      await press('Take back 96 credits');
      await isDialogGone();
      expect(api.asked(`POST ${GRANTS}`)[0]?.body).toMatchObject({ amount: -96 });
    });

    it('wants a whole amount and a reason', async () => {
      await open();
      await choose(1, 'Grant credits');
      await type('Amount', '1.5');
      await type('Reason', '   ');
      await press('Grant credits');
      expect(await errorOf('Amount')).toContain('Enter a whole number other than 0');
      expect(await errorOf('Reason')).toBe('Enter a reason.');
      expect(api.asked(`POST ${GRANTS}`)).toHaveLength(0);
    });

    it('repeats an attempt that got no answer with the same key, and another dialog has another', async () => {
      api.on(`POST ${GRANTS}`, () => outage());
      await open();
      await choose(1, 'Grant credits');
      await type('Amount', '50');
      await type('Reason', 'Workshop');
      await press('Grant 50 credits');
      await eventually(async () => expect(await dialogText()).toContain('can’t reach the server'));
      api.on(`POST ${GRANTS}`, () => ({ id: 'g1', balance: { available: 146, held: 0 } }));
      await press('Grant 50 credits');
      await isDialogGone();
      await choose(1, 'Grant credits');
      await type('Amount', '1');
      await type('Reason', 'Another');
      await press('Grant 1 credit');
      await isDialogGone();
      const keys = api.asked(`POST ${GRANTS}`).map(({ headers }) => headers.get('Idempotency-Key'));
      expect(keys).toHaveLength(3);
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(keys[1]).toBe(keys[0]);
      expect(keys[2]).not.toBe(keys[0]);
    });

    it('passes a change of the own balance on to the session', async () => {
      api.on(`POST ${GRANTS}`, () => ({ id: 'g1', balance: { available: 106, held: 0 } }));
      await open();
      await choose(0, 'Grant credits');
      await type('Amount', '10');
      await type('Reason', 'Test');
      await press('Grant 10 credits');
      await isDialogGone();
      expect(setCredits).toHaveBeenCalledWith({ available: 106, held: 0 });
    });
  });

  describe('the own row', () => {
    it('can neither be disabled nor lose the admin role', async () => {
      await open();
      expect(await itemsOf(0)).toEqual(['Grant credits', 'Edit', 'History']);
      await (await menuOf(0)).clickItem({ text: /Edit/ });
      const role = await document.getHarness(MatSelectHarness);
      expect(await role.isDisabled()).toBe(true);
      expect(await dialogText()).toContain('You can’t remove your own admin role.');
    });

    it('can change its name', async () => {
      api.on(`PATCH ${USERS}/1`, () => ({ ...users[0], name: 'Ana K.' }));
      await open();
      await choose(0, 'Edit');
      await type('Name', ' Ana K. ');
      await press('Save');
      await isDialogGone();
      expect(api.asked(`PATCH ${USERS}/1`)[0]?.body).toEqual({ name: 'Ana K.' });
      expect(row('Ana K.')).toBeDefined();
    });
  });

  it('disables after a confirmation, and enables at once', async () => {
    api.on(`PATCH ${USERS}/2`, ({ body }) => ({ ...users[1], ...Object(body) }));
    await open();
    await choose(1, 'Disable');
    expect(await dialogText()).toContain('Ben can’t sign in. Images and history stay.');
    await press('Disable');
    await eventually(() => expect(row('Ben')).toContain('Disabled'));
    await choose(1, 'Enable');
    await eventually(() => expect(row('Ben')).toContain('Active'));
    expect(api.asked(`PATCH ${USERS}/2`).map(({ body }) => body)).toEqual([
      { status: 'disabled' },
      { status: 'active' },
    ]);
  });

  it('leads to everything that happened to a user', async () => {
    await open();
    await choose(1, 'History');
    await fixture.whenStable();

    expect(decodeURIComponent(TestBed.inject(Router).url)).toBe('/admin/audit-log?target=user:2&range=all');
  });

  it('explains that the last admin has to stay', async () => {
    users[1] = userWithCredits(2, 'Ben', { role: 'admin' });
    api.on(`PATCH ${USERS}/2`, () => refusal(409, 'users.last_admin'));
    await open();
    await choose(1, 'Disable');
    await press('Disable');
    await eventually(async () =>
      expect(await (await document.getHarness(MatSnackBarHarness)).getMessage()).toContain('last active admin'),
    );
    expect(row('Ben')).toContain('Active');
  });

  describe('creating a user', () => {
    async function fill(): Promise<void> {
      await press('Create user');
      await type('Name', 'Dana');
      await type('Email', 'dana@example.com');
    }
    const submit = async () =>
      (
        await document.getHarness(MatButtonHarness.with({ text: 'Create user', ancestor: 'mat-dialog-container' }))
      ).click();

    it('shows the invitation link once, and has the usual credits filled in', async () => {
      const created = { ...userWithCredits(4, 'Dana', { status: 'invited' }), invitation_url: '/invitation?token=abc' };
      api.on(`POST ${USERS}`, () => created);
      await open();
      await fill();
      await eventually(async () => expect(await valueOf('Initial credits')).toBe('250'));
      await submit();
      await eventually(async () => expect(await valueOf('Invitation link')).toMatch(/^http.*\/invitation\?token=abc$/));
      expect(api.asked(`POST ${USERS}`)[0]?.body).toEqual({
        name: 'Dana',
        email: 'dana@example.com',
        role: 'member',
        credits: 250,
      });
      expect(api.asked(`POST ${USERS}`)[0]?.headers.get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/);
      await press('Done');
      await isDialogGone();
      expect(api.asked(`GET ${USERS}`)).toHaveLength(2);
    });

    it('takes a password of at least 15 characters instead', async () => {
      api.on(`POST ${USERS}`, () => userWithCredits(4, 'Dana'));
      await open();
      await fill();
      await (await document.getHarness(MatRadioButtonHarness.with({ label: 'Set a password' }))).check();
      await type('Password', 'short');
      await submit();
      expect(await errorOf('Password')).toBe('Use at least 15 characters.');
      await type('Password', 'quite a long phrase');
      await submit();
      await isDialogGone();
      expect(api.asked(`POST ${USERS}`)[0]?.body).toMatchObject({ password: 'quite a long phrase' });
    });

    it('puts a taken address at its field and keeps what was typed', async () => {
      api.on(`POST ${USERS}`, () => refusal(409, 'users.email_taken'));
      await open();
      await fill();
      await submit();
      await eventually(async () => expect(await errorOf('Email')).toContain('already uses this e-mail address'));
      expect(await valueOf('Name')).toBe('Dana');
    });

    it('leaves the credits to the server when the settings can’t be read', async () => {
      api.on('GET /api/v1/admin/studio/settings', () => outage());
      api.on(`POST ${USERS}`, () => userWithCredits(4, 'Dana'));
      await open();
      await fill();
      await submit();
      await isDialogGone();
      expect(api.asked(`POST ${USERS}`)[0]?.body).not.toHaveProperty('credits');
    });
  });
});
