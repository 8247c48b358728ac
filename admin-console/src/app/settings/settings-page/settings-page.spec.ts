import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { StudioSetting } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { historyLinks } from '../../../testing/history-links';
import { setting, studioOptions } from '../../../testing/studio-fixtures';
import { SETTING_NAMES } from '../../platform/setting-names';
import { settingsRoutes } from '../settings.routes';

const SETTINGS = '/api/v1/admin/studio/settings';
const OPTIONS = '/api/v1/studio/options';

@Component({ template: 'elsewhere' })
class Elsewhere {}

describe('SettingsPage', () => {
  let api: FakeApi;
  let stored: StudioSetting[];
  let routed: RouterTestingHarness;
  let page: HarnessLoader;
  let document: HarnessLoader;

  beforeEach(() => {
    stored = [
      setting('credit_price_standard', '1', {
        source: 'database',
        updated_at: '2026-11-03T10:00:00.000Z',
        updated_by: { id: 1, name: 'Ana' },
      }),
      setting('credit_price_premium2', '2'),
      setting('credit_price_premium4', '4'),
      setting('credit_value_usd', ''),
      setting('prompt_enhancer_provider', 'huggingface'),
      setting('prompt_enhancer_instruction', 'Make it vivid.'),
      setting('prompt_enhancer_max_words', '150'),
      setting('initial_credits', '100'),
      setting('credits_low_threshold', '10'),
      setting('something_newer', 'than this console'),
    ];
    api = new FakeApi()
      .on(`GET ${SETTINGS}`, () => ({ settings: stored }))
      .on(`GET ${OPTIONS}`, () => studioOptions())
      .on(`PUT ${SETTINGS}`, ({ body }) => {
        const change = new Map(Object.entries(body as Record<string, string>));
        stored = stored.map((one) => ({ ...one, value: change.get(one.key) ?? one.value }));
        return { success: true };
      });
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([
          { path: 'settings', children: settingsRoutes },
          { path: 'elsewhere', component: Elsewhere },
        ]),
      ],
    });
  });

  async function open(section = 'tiers'): Promise<void> {
    routed = await RouterTestingHarness.create(`/settings?section=${section}`);
    page = TestbedHarnessEnvironment.loader(routed.fixture);
    document = TestbedHarnessEnvironment.documentRootLoader(routed.fixture);
    await routed.fixture.whenStable();
  }

  const settingKey = (name: string) => Object.entries(SETTING_NAMES).find(([, { label }]) => label === name)?.[0];
  const text = () => routed.routeNativeElement?.textContent ?? '';
  const price = (label: string) => page.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const type = async (label: string, value: string) =>
    (await (await price(label)).getControl(MatInputHarness))?.setValue(value);
  const press = async (name: string, loader = document) =>
    (await loader.getHarness(MatButtonHarness.with({ text: name }))).click();
  const errorOf = async (label: string) => (await (await price(label)).getTextErrors()).join();

  const puts = () => api.asked(`PUT ${SETTINGS}`).map(({ body }) => body);
  const snackBar = async () => (await document.getHarness(MatSnackBarHarness)).getMessage();
  const dialogButton = (name: string) =>
    [...globalThis.document.querySelectorAll<HTMLElement>('mat-dialog-container button')].find(
      (button) => button.textContent.trim() === name,
    );

  it('shows where a value comes from and previews a price while it is typed', async () => {
    await open();
    expect(text()).toContain('Set by Ana on 3 Nov 2026');
    await type('Standard price', '5');
    expect(text()).toContain('5 credits');
    expect(text()).toContain('1024 × 1024 px');
  });

  it.each(['tiers', 'enhancement', 'limits'])(
    'leads from every setting of %s to what it was before',
    async (section) => {
      await open(section);
      const fields = routed.routeNativeElement?.querySelectorAll('mat-form-field') ?? [];
      const links = Object.entries(historyLinks(routed.routeNativeElement));

      expect(links).toHaveLength(fields.length);
      for (const [name, target] of links) expect(target).toBe(`settings:${settingKey(name)}`);
    },
  );

  it('counts unsaved changes, and no longer once a value is back', async () => {
    await open();
    await type('Standard price', '5');
    await type('Premium 2 price', '6');
    expect(text()).toContain('2 unsaved changes');
    await type('Premium 2 price', '2');
    expect(text()).toContain('1 unsaved change');
    await type('Standard price', '1');
    expect(text()).not.toContain('unsaved change');
  });

  it('says in words what a price may be, and does not review one that may not', async () => {
    await open();
    await type('Standard price', '0');
    await press('Review');
    expect(await errorOf('Standard price')).toBe('Enter a whole number from 1 to 1,000,000.');
    await type('Standard price', '1.5');
    await press('Review');
    expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0);
    expect(puts()).toEqual([]);
  });

  it('lists the changes for review and saves them together', async () => {
    await open();
    await type('Standard price', '5');
    await press('Review');
    const dialog = await document.getHarness(MatDialogHarness);
    expect(await dialog.getContentText()).toMatch(/Standard price\s*1 credit\s*→\s*to\s*5 credits/);
    expect(await dialog.getContentText()).toContain('New price applies to generations started from now on.');
    await press('Save 1 change');
    await eventually(() => expect(puts()).toEqual([{ credit_price_standard: '5' }]));
    await eventually(() => expect(text()).not.toContain('unsaved change'));
    await eventually(async () => expect(await snackBar()).toBe('Saved 1 change.'));
  });

  it('shows what the server refused at its field and keeps every edit', async () => {
    await open();
    api.on(`PUT ${SETTINGS}`, () =>
      refusal(422, 'settings.invalid', { errors: [{ path: 'credit_price_premium2', message: 'must be at most 5' }] }),
    );
    await type('Standard price', '5');
    await type('Premium 2 price', '9');
    await press('Review');
    await press('Save 2 changes');
    await eventually(async () => expect(await errorOf('Premium 2 price')).toBe('This value must be at most 5.'));
    expect(text()).toContain('2 unsaved changes');
    await type('Premium 2 price', '4');
    expect(await errorOf('Premium 2 price')).toBe('');
  });

  it('keeps every edit when the server is out of reach', async () => {
    await open();
    api.on(`PUT ${SETTINGS}`, () => outage());
    await type('Standard price', '5');
    await press('Review');
    await press('Save 1 change');
    await eventually(async () => expect(await snackBar()).toContain('can’t reach the server'));
    expect(text()).toContain('1 unsaved change');
  });

  it('discards edits, and brings them back', async () => {
    await open();
    await type('Standard price', '5');
    await press('Discard');
    expect(text()).not.toContain('unsaved change');
    await (await document.getHarness(MatSnackBarHarness)).dismissWithAction();
    await eventually(() => expect(text()).toContain('1 unsaved change'));
  });

  it('asks before edits are left behind, also by closing the tab', async () => {
    await open();
    const router = TestBed.inject(Router);
    await type('Standard price', '5');
    const unload = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(unload);
    expect(unload.defaultPrevented).toBe(true);

    // A navigation that waits for an answer keeps the page unstable, which harnesses would wait for.
    const stay = router.navigateByUrl('/elsewhere');
    await eventually(() =>
      expect(globalThis.document.querySelector('h2[mat-dialog-title]')?.textContent).toBe('Discard 1 change?'),
    );
    dialogButton('Keep editing')?.click();
    await stay;
    expect(router.url).toContain('/settings');
    expect(text()).toContain('1 unsaved change');

    const leave = router.navigateByUrl('/elsewhere');
    await eventually(() => expect(dialogButton('Discard')).toBeDefined());
    dialogButton('Discard')?.click();
    await leave;
    expect(router.url).toBe('/elsewhere');
  });

  it('is left at once without edits, and keeps edits while sections change', async () => {
    await open();
    const router = TestBed.inject(Router);
    await type('Standard price', '5');
    await router.navigateByUrl('/settings?section=limits');
    expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0);
    expect(text()).toContain('1 unsaved change');
    await press('Discard');
    await router.navigateByUrl('/elsewhere');
    expect(router.url).toBe('/elsewhere');
  });

  it('says that the mock answers while the chosen enhancer is not ready', async () => {
    await open('enhancement');
    expect(text()).toContain('Hugging Face isn’t ready: the offline mock answers until it is configured.');
  });

  it('tells what is the matter with an enhancer that has just failed', async () => {
    stored = stored.map((one) => (one.key === 'prompt_enhancer_provider' ? { ...one, value: 'ollama' } : one));
    const reason = 'Ollama does not answer at http://127.0.0.1:11434 (ECONNREFUSED).';
    const enhancer = { key: 'ollama', label: 'Ollama', ready: true, reason };
    api.on(`GET ${OPTIONS}`, () => studioOptions({ enhancer }));
    await open('enhancement');
    expect(text()).toContain(reason);
    expect(text()).not.toContain('Ollama is ready.');
  });

  it('goes back to the instruction that a new installation begins with, as to any other edit', async () => {
    stored = stored.map((one) =>
      one.key === 'prompt_enhancer_instruction' ? { ...one, value: 'Be brief.', source: 'database' } : one,
    );
    await open('enhancement');
    await press('Use the default text');
    expect(await (await (await price('Instruction')).getControl(MatInputHarness))?.getValue()).toBe('Make it vivid.');
    expect(text()).toContain('1 unsaved change');
    expect(text()).not.toContain('Use the default text');
    await press('Review');
    await press('Save 1 change');
    await eventually(() => expect(puts()).toEqual([{ prompt_enhancer_instruction: 'Make it vivid.' }]));
  });

  it('edits what the enhancer is told, and how long its answer may be', async () => {
    await open('enhancement');
    await type('Instruction', ' ');
    await type('Longest enhancement', '200');
    await press('Review');
    expect(await errorOf('Instruction')).toBe('This can’t be empty.');
    expect(await errorOf('Longest enhancement')).toBe('Enter a whole number from 10 to 150.');
    await type('Instruction', 'Make it '.padEnd(200, 'very '));
    await type('Longest enhancement', '100');
    await press('Review');
    const dialog = await document.getHarness(MatDialogHarness);
    expect(await dialog.getContentText()).toMatch(/Make it vivid\.\s*→\s*to\s*Make it very .{20,80}…/);
    expect(await dialog.getContentText()).toMatch(/150 words\s*→\s*to\s*100 words/);
    expect(await dialog.getContentText()).not.toContain('New price');
  });

  it('takes what a credit is worth, or nothing', async () => {
    await open();
    await type('Value of a credit', 'five cents');
    await press('Review');
    expect(await errorOf('Value of a credit')).toBe('Enter an amount in US dollars such as 0.05, or nothing.');
    await type('Value of a credit', '0.05');
    await press('Review');
    const dialog = await document.getHarness(MatDialogHarness);
    expect(await dialog.getContentText()).toMatch(/nothing\s*→\s*to\s*\$0\.05/);
  });

  it('explains a refusal, and offers to retry anything else', async () => {
    api.on(`GET ${SETTINGS}`, () => outage());
    await open();
    expect(text()).toContain('We can’t reach the server.');
    api.on(`GET ${SETTINGS}`, () => refusal(403, 'auth.forbidden'));
    await press('Retry');
    expect(text()).toContain('You need the admin role.');
  });
});
