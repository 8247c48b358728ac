import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatSelectHarness } from '@angular/material/select/testing';
import { MatSlideToggleHarness } from '@angular/material/slide-toggle/testing';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { AdminProvider, StudioSetting } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { historyLinks } from '../../../testing/history-links';
import { sampleHealth, sampleProviders } from '../../../testing/provider-fixtures';
import { setting } from '../../../testing/studio-fixtures';
import { textOf } from '../../../testing/text-of';
import { providersRoutes } from '../providers.routes';

const SETTINGS = '/api/v1/admin/studio/settings';
const PROVIDERS = '/api/v1/admin/providers';

describe('ProvidersPage', () => {
  let api: FakeApi;
  let providers: AdminProvider[];
  let stored: StudioSetting[];
  let routed: RouterTestingHarness;
  let page: HarnessLoader;
  let document: HarnessLoader;

  beforeEach(() => {
    providers = sampleProviders();
    stored = [setting('provider_priority', 'mock,openai'), setting('image_gen_provider', 'auto')];
    api = new FakeApi()
      .on(`GET ${PROVIDERS}`, () => ({ providers }))
      .on(`GET ${SETTINGS}`, () => ({ settings: stored }))
      .on(`PUT ${SETTINGS}`, ({ body }) => {
        const change = new Map(Object.entries(body as Record<string, string>));
        stored = stored.map((one) => ({ ...one, value: change.get(one.key) ?? one.value }));
        providers = providers.map((one) => {
          const enabled = change.get(`provider_${one.key}_enabled`);
          return enabled === undefined ? one : { ...one, enabled: enabled === 'true' };
        });
        return { success: true };
      });
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([{ path: 'providers', children: providersRoutes }], withComponentInputBinding()),
      ],
    });
  });

  async function open(): Promise<void> {
    routed = await RouterTestingHarness.create('/providers');
    page = TestbedHarnessEnvironment.loader(routed.fixture);
    document = TestbedHarnessEnvironment.documentRootLoader(routed.fixture);
    await routed.fixture.whenStable();
  }

  const text = () => textOf(routed.routeNativeElement);
  const names = () =>
    [...(routed.routeNativeElement?.querySelectorAll('ol .name') ?? [])].map((name) => name.textContent.trim());
  const puts = () => api.asked(`PUT ${SETTINGS}`).map(({ body }) => body);
  const snackBar = () => document.getHarness(MatSnackBarHarness);
  const arrow = (name: string) =>
    page.getHarness(MatButtonHarness.with({ selector: `[aria-label="${name}"]`, variant: 'icon' }));
  const press = async (name: string) => (await document.getHarness(MatButtonHarness.with({ text: name }))).click();

  it('leads to what the order and the default were before', async () => {
    await open();

    expect(historyLinks(routed.routeNativeElement)).toEqual({
      'the order of the providers': 'settings:provider_priority',
      'the default provider': 'settings:image_gen_provider',
    });
  });

  it('lists who makes images in the order of Auto, and who only improves prompts', async () => {
    await open();
    expect(names()).toEqual(['Offline mock', 'OpenAI', 'Hugging Face']);
    expect(text()).toMatch(/OpenAI Ready Standard in 13 s Key •••• 3kF9/);
    expect(text()).toMatch(/Hugging Face\s*Not set up/);
    expect(text()).toMatch(/Only prompts.*Ollama\s*Not in use/);
  });

  it('says what went wrong last, and how long a provider is left alone', async () => {
    providers[0] = {
      ...providers[0],
      health: sampleHealth({
        state: 'resting',
        resting_until: '2026-11-20T14:05:00.000Z',
        last_error: {
          category: 'provider_unavailable',
          message: 'OpenAI is overloaded.',
          at: '2026-11-20T14:00:00.000Z',
        },
      }),
    } as AdminProvider;
    await open();
    expect(text()).toMatch(/OpenAI\s*Resting until \d\d:05\s*OpenAI is overloaded\./);
  });

  it('turns a provider off at once, with a way back', async () => {
    await open();
    const [, openai] = await page.getAllHarnesses(MatSlideToggleHarness);
    await openai?.toggle();
    expect(await openai?.isChecked()).toBe(false);
    expect(text()).toMatch(/OpenAI\s*Turned off/);
    const bar = await snackBar();
    expect(await bar.getMessage()).toBe('OpenAI turned off.');
    await bar.dismissWithAction();
    await eventually(() =>
      expect(puts()).toEqual([{ provider_openai_enabled: 'false' }, { provider_openai_enabled: 'true' }]),
    );
    await eventually(async () => expect(await openai?.isChecked()).toBe(true));
  });

  it('leaves the switch as it is when the server refuses', async () => {
    await open();
    api.on(`PUT ${SETTINGS}`, () => outage());
    const [, openai] = await page.getAllHarnesses(MatSlideToggleHarness);
    await openai?.toggle();
    expect(await openai?.isChecked()).toBe(true);
    expect(await (await snackBar()).getMessage()).toContain('can’t reach the server');
  });

  it('warns before the last provider is turned off', async () => {
    providers = providers.map((one) => ({ ...one, enabled: one.key === 'openai' }));
    await open();
    const [, openai] = await page.getAllHarnesses(MatSlideToggleHarness);
    await openai?.toggle();
    expect(await (await document.getHarness(MatDialogHarness)).getContentText()).toContain(
      'New generations will be refused until you turn one on.',
    );
    await press('Keep it on');
    await eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0));
    expect(puts()).toEqual([]);
    await openai?.toggle();
    await press('Turn off');
    await eventually(() => expect(puts()).toEqual([{ provider_openai_enabled: 'false' }]));
  });

  it('moves a provider up by a button that keeps the focus, and not beyond the ends', async () => {
    await open();
    expect(await (await arrow('Prefer Offline mock more')).isDisabled()).toBe(true);
    expect(await (await arrow('Prefer Hugging Face less')).isDisabled()).toBe(true);
    await (await arrow('Prefer Hugging Face more')).click();
    expect(puts()).toEqual([{ provider_priority: 'mock,huggingface,openai' }]);
    expect(names()).toEqual(['Offline mock', 'Hugging Face', 'OpenAI']);
    await eventually(async () => expect(await (await arrow('Prefer Hugging Face more')).isFocused()).toBe(true));
  });

  it('chooses who is asked when nobody says, with a way back', async () => {
    await open();
    const select = await page.getHarness(MatSelectHarness);
    await select.open();
    await select.clickOptions({ text: 'Offline mock' });
    const bar = await snackBar();
    expect(await bar.getMessage()).toBe('Offline mock is the default now.');
    await bar.dismissWithAction();
    await eventually(() => expect(puts()).toEqual([{ image_gen_provider: 'mock' }, { image_gen_provider: 'auto' }]));
  });

  it('keeps showing a default that is not part of the installation', async () => {
    stored = [setting('image_gen_provider', 'gemini')];
    await open();
    expect(await (await page.getHarness(MatSelectHarness)).getValueText()).toBe(
      'Gemini (not part of this installation)',
    );
  });

  it('says so when nobody makes images', async () => {
    providers = providers.filter(({ kind }) => kind === 'enhancer');
    await open();
    expect(text()).toContain('No provider makes images here');
  });

  it('explains a refusal, and offers to retry anything else', async () => {
    api.on(`GET ${PROVIDERS}`, () => outage());
    await open();
    expect(text()).toContain('We can’t reach the server.');
    api.on(`GET ${PROVIDERS}`, () => refusal(403, 'auth.forbidden'));
    await press('Retry');
    expect(text()).toContain('You need the admin role.');
  });
});
