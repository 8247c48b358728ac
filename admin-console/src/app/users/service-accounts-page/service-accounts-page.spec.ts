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
import { provideRouter } from '@angular/router';
import type { UserWithCredits } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, refusal } from '../../../testing/fake-api';
import { setting } from '../../../testing/studio-fixtures';
import { userWithCredits } from '../../../testing/user-fixtures';
import { Session } from '../../session/session';
import { ServiceAccountsPage } from './service-accounts-page';

const USERS = '/api/v1/admin/users';
const ACCOUNTS = '/api/v1/admin/service-accounts';

describe('ServiceAccountsPage', () => {
  let api: FakeApi;
  let accounts: UserWithCredits[];
  let fixture: ComponentFixture<ServiceAccountsPage>;
  let document: HarnessLoader;

  beforeEach(() => {
    accounts = [userWithCredits(7, 'Web shop', { kind: 'service', email: 'service-1@service-accounts.invalid' })];
    api = new FakeApi()
      .on(`GET ${USERS}`, () => ({ data: accounts, has_more: false, next_cursor: null }))
      .on('GET /api/v1/admin/studio/settings', () => ({ settings: [setting('initial_credits', '250')] }));
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: Session, useValue: { user: signal({ id: 1, email: 'a@b.c', name: 'Ana', role: 'admin' }) } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([]),
      ],
    });
  });

  async function open(): Promise<void> {
    fixture = TestBed.createComponent(ServiceAccountsPage);
    document = TestbedHarnessEnvironment.documentRootLoader(fixture);
    await fixture.whenStable();
  }

  const text = () => fixture.nativeElement.textContent.replace(/\s+/g, ' ');
  const dialog = () => document.getHarness(MatDialogHarness);
  const submit = async () => (await (await dialog()).getHarness(MatButtonHarness.with({ text: /^Create/ }))).click();
  const fieldOf = (label: string) => document.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const inputOf = async (label: string) => (await fieldOf(label)).getControl(MatInputHarness);
  const press = async (name: RegExp) => (await document.getHarness(MatButtonHarness.with({ text: name }))).click();

  it('lists service accounts alone, by their names rather than their made-up addresses', async () => {
    await open();
    expect(api.asked(`GET ${USERS}`)[0]?.params.get('kind')).toBe('service');
    expect(text()).toMatch(/Web shop ?Since 1 Nov 2026 ?Member ?Active/);
    expect(text()).not.toContain('invalid');
  });

  it('leads to the keys of each', async () => {
    await open();
    const menu = await document.getHarness(MatMenuHarness);
    await menu.open();
    const items = await menu.getItems();
    expect(await Promise.all(items.map(async (item) => (await item.getText()).trim()))).toEqual([
      'API keys',
      'Grant credits',
      'Edit',
      'Disable',
      'History',
    ]);
    expect(await (await items[0]?.host())?.getAttribute('href')).toBe('/api-keys?account=7');
  });

  it('says what disabling means for programs', async () => {
    api.on(`PATCH ${USERS}/7`, ({ body }) => ({ ...accounts[0], ...Object(body) }));
    await open();
    const menu = await document.getHarness(MatMenuHarness);
    await menu.open();
    await menu.clickItem({ text: /Disable/ });
    expect(await (await dialog()).getText()).toContain('Programs that use its keys are refused.');
    await (await (await dialog()).getHarness(MatButtonHarness.with({ text: 'Disable' }))).click();
    await eventually(() => expect(text()).toContain('Disabled'));
  });

  it('creates one with a name, a role and credits', async () => {
    accounts = [];
    api.on(`POST ${ACCOUNTS}`, () => userWithCredits(8, 'Ops', { kind: 'service' }));
    await open();
    expect(text()).toContain('No service accounts yet');
    await press(/Create service account/);
    await submit();
    expect(await (await fieldOf('Name')).getTextErrors()).toEqual(['Enter a name.']);
    await (await inputOf('Name'))?.setValue(' Ops ');
    await eventually(async () => expect(await (await inputOf('Initial credits'))?.getValue()).toBe('250'));
    await (await inputOf('Initial credits'))?.setValue('20');
    accounts = [userWithCredits(8, 'Ops', { kind: 'service' })];
    await submit();
    await eventually(() => expect(text()).toContain('Ops'));
    expect(api.asked(`POST ${ACCOUNTS}`)[0]?.body).toEqual({ name: 'Ops', role: 'member', credits: 20 });
  });

  it('puts what the server refuses at its field', async () => {
    const errors = [{ path: 'name', message: 'must not contain control characters' }];
    api.on(`POST ${ACCOUNTS}`, () => refusal(422, 'request.invalid', { errors }));
    await open();
    await press(/Create service account/);
    await (await inputOf('Name'))?.setValue('Ops');
    await submit();
    await eventually(async () =>
      expect(await (await fieldOf('Name')).getTextErrors()).toEqual(['This name must not contain control characters.']),
    );
  });
});
