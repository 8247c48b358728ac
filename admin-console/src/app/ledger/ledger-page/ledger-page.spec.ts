import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { LedgerAuditReport, MissingObjectsReport } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { ledgerRoutes } from '../ledger.routes';

const AUDIT = '/api/v1/admin/credits/audit';
const FILES = '/api/v1/admin/gallery/missing-objects';
const RELEASE = '/api/v1/admin/credits/accounts/7/release';

const CLEAN: LedgerAuditReport = {
  verified_at: '2026-11-20T12:00:00.000Z',
  accounts_checked: 12,
  entries_checked: 1240,
  mismatch_count: 0,
  mismatches: [],
  frozen_accounts: [],
};
const FROZEN: LedgerAuditReport = {
  ...CLEAN,
  mismatch_count: 103,
  mismatches: [{ user_id: 7, finding: 'available is 7, the entries say 10' }],
  frozen_accounts: [{ user_id: 7, name: 'Mia Sand', email: 'mia@example.com' }],
};

const WHOLE: MissingObjectsReport = {
  missing: 0,
  damaged: 0,
  objects: [],
  probed_at: '2026-11-20T12:00:00.000Z',
  complete_at: null,
};

describe('LedgerPage', () => {
  let api: FakeApi;
  let report: LedgerAuditReport;
  let files: MissingObjectsReport;
  let routed: RouterTestingHarness;
  let page: HarnessLoader;
  let root: HarnessLoader;

  beforeEach(() => {
    report = CLEAN;
    files = WHOLE;
    api = new FakeApi().on(`GET ${AUDIT}`, () => report).on(`GET ${FILES}`, () => files);
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([{ path: 'ledger', children: ledgerRoutes }]),
      ],
    });
  });

  const open = async (): Promise<void> => {
    routed = await RouterTestingHarness.create('/ledger');
    page = TestbedHarnessEnvironment.loader(routed.fixture);
    root = TestbedHarnessEnvironment.documentRootLoader(routed.fixture);
    await routed.fixture.whenStable();
  };
  const text = (): string => routed.routeNativeElement?.textContent.replace(/\s+/g, ' ') ?? '';
  const press = async (loader: HarnessLoader, name: string): Promise<void> =>
    (await loader.getHarness(MatButtonHarness.with({ text: name }))).click();
  const message = async (): Promise<string> => (await root.getHarness(MatSnackBarHarness)).getMessage();

  it('says when the ledger was verified, how much of it, and that it adds up', async () => {
    await open();
    expect(text()).toContain('Last verified20 Nov 2026');
    expect(text()).toContain('Entries checked1,240In 12 accounts');
    expect(text()).toContain('Mismatches0Every balance adds up');
    expect(text()).toContain('No account is frozen.');
  });

  it('verifies now and shows what was found', async () => {
    api.on(`POST ${AUDIT}`, () => FROZEN);
    await open();
    await press(page, 'Verify now');
    expect(await message()).toBe('Found 103 mismatches.');
    expect(text()).toContain('User 7available is 7, the entries say 10');
    expect(text()).toContain('and 102 more.');
    expect(text()).toContain('Mia Sandmia@example.com · User 7');
  });

  it('releases an account after a question, and reads the state anew', async () => {
    report = FROZEN;
    api.on(`POST ${RELEASE}`, () => {
      report = CLEAN;
      return { user_id: 7, is_frozen: false };
    });
    await open();
    await press(page, 'Release');
    const dialog = await root.getHarness(MatDialogHarness);
    expect(await dialog.getTitleText()).toBe('Release the account of Mia Sand?');
    await press(dialog, 'Release');
    expect(await message()).toBe('Mia Sand can spend credits again.');
    expect(text()).toContain('No account is frozen.');
  });

  it('keeps an account frozen that still does not add up, and says so', async () => {
    report = FROZEN;
    api.on(`POST ${RELEASE}`, () => refusal(409, 'credits.account_contradictory'));
    await open();
    await press(page, 'Release');
    await press(await root.getHarness(MatDialogHarness), 'Release');
    expect(await message()).toContain('stays frozen');
    expect(text()).toContain('Mia Sand');
  });

  it('says whether the files of paid images are there', async () => {
    await open();
    expect(text()).toContain('Every file that was looked for is there and whole.');
    expect(text()).toContain('Not all have had their turn yet.');
  });

  it('lists the files that are missing or damaged', async () => {
    const file = (digit: string, problem: 'missing' | 'damaged') => ({
      image_id: `0198f000-0000-7000-8000-00000000000${digit}`,
      storage_key: `static/generated/2026/11/20/user-7-00000000000${digit}.png`,
      problem,
      found_at: '2026-11-20T12:00:00.000Z',
    });
    files = { ...WHOLE, missing: 1, damaged: 2, objects: [file('1', 'missing'), file('2', 'damaged')] };
    await open();
    expect(text()).toContain('1 image has lost the file and 2 files are not the one that was paid for.');
    expect(text()).toContain('Missingstatic/generated/2026/11/20/user-7-000000000001.png');
    expect(text()).toContain('Damagedstatic/generated/2026/11/20/user-7-000000000002.png');
  });

  it('offers another try when the audit could not be loaded', async () => {
    let isDown = true;
    api.on(`GET ${AUDIT}`, () => (isDown ? outage() : report));
    await open();
    expect(text()).toContain('The audit couldn’t be loaded');
    isDown = false;
    await press(page, 'Retry');
    expect(text()).toContain('1,240');
  });

  it('says so when a check fails and keeps what it knew', async () => {
    api.on(`POST ${AUDIT}`, () => outage());
    await open();
    await press(page, 'Verify now');
    expect(await message()).not.toBe('');
    expect(text()).toContain('Every balance adds up');
  });
});
