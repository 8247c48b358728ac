import { type HarnessLoader, TestKey } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MatCheckboxHarness } from '@angular/material/checkbox/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { MatMenuHarness } from '@angular/material/menu/testing';
import { MatSelectHarness } from '@angular/material/select/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { ApiKey, SessionUser } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { apiKey } from '../../../testing/api-key-fixtures';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { userWithCredits } from '../../../testing/user-fixtures';
import { Session } from '../../session/session';
import { ApiKeysPage } from './api-keys-page';

const KEYS = '/api/v1/api-keys';
const SECRET = 'atl_aaaaaaaaaaaa_thewholesecret3kF9';

describe('ApiKeysPage', () => {
  let api: FakeApi;
  let keys: ApiKey[];
  let harness: RouterTestingHarness;
  let document: HarnessLoader;
  const user = signal<SessionUser>({ id: 1, email: 'ana@example.com', name: 'Ana Kovac', role: 'member' });
  const isAdmin = signal(false);

  beforeEach(() => {
    user.set({ id: 1, email: 'ana@example.com', name: 'Ana Kovac', role: 'member' });
    isAdmin.set(false);
    keys = [apiKey('aaaaaaaaaaaa', 'Shop'), apiKey('bbbbbbbbbbbb', 'Old', { status: 'revoked' })];
    api = new FakeApi()
      .on(`GET ${KEYS}`, () => ({ data: keys, has_more: false, next_cursor: null }))
      .on('GET /api/v1/admin/users', ({ params }) =>
        params.get('cursor') === 'c1'
          ? {
              data: [userWithCredits(8, 'Ops', { kind: 'service', role: 'admin' })],
              has_more: false,
              next_cursor: null,
            }
          : { data: [userWithCredits(7, 'Web shop', { kind: 'service' })], has_more: true, next_cursor: 'c1' },
      );
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: Session, useValue: { user, isAdmin } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([{ path: 'api-keys', component: ApiKeysPage }], withComponentInputBinding()),
      ],
    });
  });

  function asAdmin(): void {
    user.update((before) => ({ ...before, role: 'admin' }));
    isAdmin.set(true);
  }

  async function open(query = ''): Promise<void> {
    harness = await RouterTestingHarness.create(`/api-keys${query}`);
    document = TestbedHarnessEnvironment.documentRootLoader(harness.fixture);
    await harness.fixture.whenStable();
  }

  const text = () => (harness.routeNativeElement?.textContent ?? '').replace(/\s+/g, ' ');
  const row = (name: string) =>
    [...(harness.routeNativeElement?.querySelectorAll('tbody tr') ?? [])]
      .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim())
      .find((content) => content.includes(name));
  const press = async (name: string | RegExp) =>
    (await document.getHarness(MatButtonHarness.with({ text: name }))).click();
  const fieldOf = (label: string) => document.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const type = async (label: string, value: string) =>
    (await (await fieldOf(label)).getControl(MatInputHarness))?.setValue(value);
  const errorOf = async (label: string) => (await (await fieldOf(label)).getTextErrors()).join();
  const dialogText = async () => (await (await document.getHarness(MatDialogHarness)).getText()).replace(/\s+/g, ' ');
  const pressEscape = async () => (await (await document.getHarness(MatDialogHarness)).host()).sendKeys(TestKey.ESCAPE);
  const isDialogGone = () =>
    eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0));
  async function menuOf(index: number): Promise<MatMenuHarness> {
    const menu = (await document.getAllHarnesses(MatMenuHarness))[index];
    if (!menu) throw new Error(`no menu ${index}`);
    await menu.open();
    return menu;
  }
  const itemsOf = async (index: number) =>
    Promise.all((await (await menuOf(index)).getItems()).map(async (item) => (await item.getText()).trim()));
  const choose = async (index: number, item: string) =>
    (await menuOf(index)).clickItem({ text: new RegExp(`${item}$`) });
  const scopes = async () => {
    const boxes = await document.getAllHarnesses(MatCheckboxHarness);
    return Promise.all(
      boxes.map(async (box) => /[a-z]+(?::[a-z]+)?$/.exec((await box.getLabelText()).split(' ')[2] ?? '')?.[0]),
    );
  };

  it('lists one’s own keys, and what can be done with each', async () => {
    await open();

    expect(row('Shop')).toMatch(/Shop ?atl_aaaaaaaaaaaa…3kF9 ?Created 1 Nov 2026 ?Make images/);
    expect(await itemsOf(0)).toEqual(['Edit', 'Rotate', 'Copy ID', 'Revoke']);
    expect(await itemsOf(1)).toEqual(['Copy ID']);
    expect(text()).not.toContain('Service accounts');
    expect(api.asked(`GET ${KEYS}`)[0]?.params.toString()).toBe('limit=50');
  });

  it('says why there is nothing', async () => {
    keys = [];
    await open();
    expect(text()).toContain('No API keys yet');
  });

  it('offers to retry when the list fails', async () => {
    api.on(`GET ${KEYS}`, () => outage());
    await open();
    expect(text()).toContain('The keys couldn’t be loaded');
    api.on(`GET ${KEYS}`, () => ({ data: [apiKey('cccccccccccc', 'New')], has_more: false, next_cursor: null }));
    await press('Retry');
    expect(row('New')).toBeDefined();
  });

  describe('creating a key', () => {
    beforeEach(() => {
      api.on(`POST ${KEYS}`, ({ body }) => ({ ...apiKey('cccccccccccc', 'Robot'), ...Object(body), key: SECRET }));
    });

    async function issue(): Promise<void> {
      await press(/Create API key/);
      await type('Name', ' Robot ');
      await press('Create key');
      await eventually(async () => expect(await dialogText()).toContain(SECRET));
    }

    it('offers what the account may do, and shows the secret until it is stored', async () => {
      await open();
      await press(/Create API key/);
      expect(await scopes()).toHaveLength(5);
      expect(await dialogText()).not.toContain('admin:');
      await type('Name', ' Robot ');
      await type('Monthly limit', '500');
      await press('Create key');

      await eventually(async () => expect(await dialogText()).toContain('only time you’ll see it'));
      expect(api.asked(`POST ${KEYS}`)[0]?.body).toMatchObject({
        name: 'Robot',
        scopes: ['generate', 'images:read'],
        monthly_credit_limit: 500,
        allowed_addresses: [],
      });
      const done = await document.getHarness(MatButtonHarness.with({ text: 'Done' }));
      expect(await done.isDisabled()).toBe(true);
      await (await document.getHarness(MatCheckboxHarness.with({ label: /stored/ }))).check();
      await done.click();
      await isDialogGone();
      expect(api.asked(`GET ${KEYS}`)).toHaveLength(2);
      expect(globalThis.document.body.textContent).not.toContain(SECRET);
    });

    it('asks before the secret is gone for good', async () => {
      await open();
      await issue();
      await pressEscape();
      await eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(2));
      await press('Go back');
      expect(await dialogText()).toContain(SECRET);

      await pressEscape();
      await eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(2));
      await press('Close');
      await isDialogGone();
      expect(api.asked(`GET ${KEYS}`)).toHaveLength(2);
    });

    it('wants a name and at least one scope', async () => {
      await open();
      await press(/Create API key/);
      for (const box of await document.getAllHarnesses(MatCheckboxHarness)) await box.uncheck();
      await press('Create key');
      expect(await errorOf('Name')).toBe('Enter a name.');
      expect(await dialogText()).toContain('Choose at least one thing that the key may do.');
      expect(api.asked(`POST ${KEYS}`)).toHaveLength(0);
    });

    it('puts what the server refuses at its field', async () => {
      const errors = [
        { path: 'allowed_addresses.1', message: 'must be an IP address' },
        { path: 'scopes', message: 'must not name "webhooks"' },
      ];
      api.on(`POST ${KEYS}`, () => refusal(422, 'request.invalid', { errors }));
      await open();
      await press(/Create API key/);
      await type('Name', 'Robot');
      await type('Allowed addresses', '10.0.0.1\nlocalhost');
      await press('Create key');
      await eventually(async () => expect(await errorOf('Allowed addresses')).toBe('Address 2 must be an IP address.'));
      expect(await dialogText()).toContain('The key must not name "webhooks".');

      api.on(`POST ${KEYS}`, () => refusal(409, 'api_keys.limit_reached'));
      await type('Allowed addresses', '');
      await (await document.getHarness(MatCheckboxHarness.with({ label: /webhooks/ }))).check();
      await press('Create key');
      await eventually(async () => expect(await dialogText()).toContain('as many API keys as it can have'));
    });
  });

  it('changes a key', async () => {
    api.on(`PATCH ${KEYS}/aaaaaaaaaaaa`, () => apiKey('aaaaaaaaaaaa', 'Shop 2', { monthly_credit_limit: 5 }));
    await open();
    await choose(0, 'Edit');
    await type('Name', 'Shop 2');
    await press('Save');
    await isDialogGone();
    expect(api.asked(`PATCH ${KEYS}/aaaaaaaaaaaa`)[0]?.body).toEqual({ name: 'Shop 2' });
    expect(row('Shop 2')).toContain('0 of 5 credits');
  });

  it('rotates a key, the old one living on as chosen', async () => {
    const rotated = { status: 'rotating', secret_last4: '9Zzz', previous_valid_until: '2026-12-01T00:00:00.000Z' };
    api.on(`POST ${KEYS}/aaaaaaaaaaaa/rotate`, () => ({ ...keys[0], ...rotated, key: SECRET }));
    await open();
    await choose(0, 'Rotate');
    const grace = await document.getHarness(MatSelectHarness);
    expect(await grace.getValueText()).toBe('24 hours');
    await grace.clickOptions({ text: '7 days' });
    await press('Rotate key');
    await eventually(async () => expect(await dialogText()).toContain(SECRET));
    expect(api.asked(`POST ${KEYS}/aaaaaaaaaaaa/rotate`)[0]?.body).toEqual({ grace_seconds: 604_800 });
    await (await document.getHarness(MatCheckboxHarness)).check();
    await press('Done');
    await isDialogGone();
    expect(row('Shop')).toMatch(/9Zzz.*Rotating ?Old key works until/);
  });

  it('revokes a key once its name has been typed', async () => {
    api.on(`DELETE ${KEYS}/aaaaaaaaaaaa`, () => ({}));
    await open();
    await choose(0, 'Revoke');
    await type('Name of the key', 'shop');
    await press('Revoke key');
    expect(await errorOf('Name of the key')).toBe('Type “Shop” to revoke it.');
    expect(api.asked(`DELETE ${KEYS}/aaaaaaaaaaaa`)).toHaveLength(0);
    await type('Name of the key', 'Shop');
    await press('Revoke key');
    await isDialogGone();
    expect(row('Shop')).toContain('Revoked');
    expect(await itemsOf(0)).toEqual(['Copy ID']);
  });

  describe('for administrators', () => {
    beforeEach(asAdmin);

    it('shows the keys of service accounts, and makes one for any of them', async () => {
      api.on(`POST ${KEYS}`, ({ body }) => ({ ...apiKey('cccccccccccc', 'Robot'), ...Object(body), key: SECRET }));
      keys = [apiKey('aaaaaaaaaaaa', 'Front', { user: { id: 7, name: 'Web shop' } })];
      await open('?of=service-accounts');
      expect(api.asked(`GET ${KEYS}`)[0]?.params.get('user_kind')).toBe('service');
      expect(row('Front')).toContain('Account Web shop');

      await press(/Create API key/);
      expect(await dialogText()).not.toContain('admin:');
      const account = await document.getHarness(MatSelectHarness);
      await account.clickOptions({ text: 'Ops' });
      expect(await dialogText()).toContain('admin:users');
      await (await document.getHarness(MatCheckboxHarness.with({ label: /admin:users/ }))).check();
      // Back to an account that may not do that.
      await account.clickOptions({ text: 'Web shop' });
      await type('Name', 'Robot');
      await press('Create key');
      await eventually(async () => expect(await dialogText()).toContain(SECRET));
      expect(api.asked(`POST ${KEYS}`)[0]?.body).toMatchObject({ user_id: 7, scopes: ['generate', 'images:read'] });
    });

    it('shows the keys of one account, and makes one for that', async () => {
      await open('?account=8');
      expect(await itemsOf(0)).toEqual(['Edit', 'Rotate', 'Copy ID', 'History', 'Revoke']);
      expect(api.asked(`GET ${KEYS}`)[0]?.params.get('user_id')).toBe('8');
      await eventually(() => expect(text()).toContain('Only the keys of Ops.'));
      await press(/Create API key/);
      expect(await dialogText()).toContain('Create API key for Ops');
      expect(await dialogText()).toContain('admin:users');
    });

    it('makes keys of its own with the scopes of administrators', async () => {
      await open();
      await press(/Create API key/);
      expect(await dialogText()).toContain('admin:audit');
    });
  });
});
