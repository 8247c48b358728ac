import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { Router, provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { AdminProvider, StudioSetting } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { historyLinks } from '../../../testing/history-links';
import {
  connectionRefused,
  connectionWorks,
  emptyConnection,
  sampleConnection,
  sampleHealth,
  sampleProviders,
} from '../../../testing/provider-fixtures';
import { setting } from '../../../testing/studio-fixtures';
import { textOf } from '../../../testing/text-of';
import { providersRoutes } from '../providers.routes';

const SETTINGS = '/api/v1/admin/studio/settings';
const PROVIDERS = '/api/v1/admin/providers';
const CREDENTIALS = `${PROVIDERS}/openai/credentials`;
const TEST = `${PROVIDERS}/openai/test`;
const COSTS = '/api/v1/admin/studio/costs';
const OWN_ADDRESS = 'https://images.example.com/v1';

describe('ProviderPage', () => {
  let api: FakeApi;
  let providers: AdminProvider[];
  let stored: StudioSetting[];
  let routed: RouterTestingHarness;
  let page: HarnessLoader;
  let document: HarnessLoader;

  beforeEach(() => {
    providers = sampleProviders();
    stored = [
      setting('credit_price_standard', '2'),
      setting('credit_price_premium2', '4'),
      setting('provider_openai_standard_model', 'gpt-image-2.6-flare'),
      setting('provider_openai_standard_size', '1024x1024,1536x864'),
      setting('provider_openai_standard_quality', 'medium', {
        source: 'database',
        updated_at: '2026-11-03T10:00:00.000Z',
        updated_by: { id: 1, name: 'Ana' },
      }),
      setting('provider_openai_standard_cost_usd', '0.04'),
      setting('provider_openai_premium2_model', ''),
      setting('provider_openai_premium2_size', '2048x2048'),
      setting('provider_openai_max_concurrent', '64'),
      setting('provider_openai_compatible_standard_model', 'somebody else’s'),
    ];
    api = new FakeApi()
      .on(`GET ${PROVIDERS}`, () => ({ providers }))
      .on(`GET ${SETTINGS}`, () => ({ settings: stored }))
      .on(`PUT ${SETTINGS}`, ({ body }) => {
        const change = new Map(Object.entries(body as Record<string, string>));
        stored = stored.map((one) => ({ ...one, value: change.get(one.key) ?? one.value }));
        return { success: true };
      })
      .on(`GET ${COSTS}`, () => ({ since: '2026-10-21T00:00:00.000Z', credit_value_micros: null, costs: [] }))
      .on(`PUT ${CREDENTIALS}`, () => changed({ connection: sampleConnection({ key_last4: 'n3w1' }) }));
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([{ path: 'providers', children: providersRoutes }], withComponentInputBinding()),
      ],
    });
  });

  /** OpenAI as it is after a change. */
  function changed(change: Partial<AdminProvider>) {
    providers = providers.map((one) => (one.key === 'openai' ? { ...one, ...change } : one));
    return change.connection;
  }

  async function open(key = 'openai'): Promise<void> {
    routed = await RouterTestingHarness.create(`/providers/${key}`);
    page = TestbedHarnessEnvironment.loader(routed.fixture);
    document = TestbedHarnessEnvironment.documentRootLoader(routed.fixture);
    await routed.fixture.whenStable();
  }

  const text = () => textOf(routed.routeNativeElement);
  const press = async (name: string, loader = document) =>
    (await loader.getHarness(MatButtonHarness.with({ text: name }))).click();
  const fieldOf = (label: string, loader = page) =>
    loader.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const inputOf = async (label: string, loader = page) => {
    const control = await (await fieldOf(label, loader)).getControl(MatInputHarness);
    if (!control) throw new Error(`${label} is no input`);
    return control;
  };
  const errorOf = async (label: string, loader = page) => (await (await fieldOf(label, loader)).getTextErrors()).join();
  const snackBar = async () => (await document.getHarness(MatSnackBarHarness)).getMessage();
  const dialogText = async () => (await (await document.getHarness(MatDialogHarness)).getText()).replace(/\s+/g, ' ');
  const isDialogGone = () =>
    eventually(async () => expect(await document.getAllHarnesses(MatDialogHarness)).toHaveLength(0));
  const credentials = () => api.asked(`PUT ${CREDENTIALS}`).map(({ body }) => body);

  it('tells what the provider is, where its key comes from and where to get one', async () => {
    await open();
    expect(text()).toContain('DALL·E 3 is what this used to be called');
    expect(text()).toContain('•••• 3kF9 set by Ana on 3 Nov 2026');
    expect(text()).toContain('https://api.openai.com/v1 Default address');
    expect(routed.routeNativeElement?.querySelector('a[target=_blank]')?.getAttribute('href')).toBe(
      'https://platform.openai.com/api-keys',
    );
    expect(text()).toContain('It delivers. Standard 13 s Premium 2 41 s Last 30 days');
  });

  it('leads from its switch, its connection and each of its settings to what they were before', async () => {
    await open();

    expect(historyLinks(routed.routeNativeElement)).toMatchObject({
      'the switch of OpenAI': 'settings:provider_openai_enabled',
      'the connection of OpenAI': 'provider:openai',
      'OpenAI, Standard: model': 'settings:provider_openai_standard_model',
      'OpenAI, Standard: cost of one image': 'settings:provider_openai_standard_cost_usd',
    });
  });

  describe('its key', () => {
    it('goes in and never comes back', async () => {
      await open();
      await press('Replace key');
      const key = await inputOf('Key', document);
      expect(await key.getValue()).toBe('');
      expect(await key.getType()).toBe('password');
      expect(await (await key.host()).getAttribute('autocomplete')).toBe('off');
      await press('Save');
      expect(await errorOf('Key', document)).toBe('Paste the key.');
      await key.setValue(' sk-new-n3w1 ');
      await press('Save');
      await isDialogGone();
      expect(credentials()).toEqual([{ api_key: 'sk-new-n3w1' }]);
      expect(text()).toContain('•••• n3w1');
      expect(routed.routeNativeElement?.innerHTML).not.toContain('sk-new');
      expect(await snackBar()).toBe('The key is saved and in use.');
    });

    it('stays typed when the server refuses it, with the reason at the field', async () => {
      api.on(`PUT ${CREDENTIALS}`, () =>
        refusal(422, 'providers.credentials_invalid', { errors: [{ path: 'api_key', message: 'must be plain text' }] }),
      );
      await open();
      await press('Replace key');
      await (await inputOf('Key', document)).setValue('sk-x');
      await press('Save');
      expect(await errorOf('Key', document)).toBe('This must be plain text.');
      api.on(`PUT ${CREDENTIALS}`, () => outage());
      await (await inputOf('Key', document)).setValue('sk-y');
      await press('Save');
      expect(await dialogText()).toContain('We can’t reach the server.');
    });

    it('is removed after a question, where it was set here', async () => {
      api.on(`PUT ${CREDENTIALS}`, () => changed({ connection: emptyConnection(), status: 'not_configured' }));
      await open();
      await press('Remove key');
      await press('Remove', await document.getHarness(MatDialogHarness));
      await isDialogGone();
      expect(credentials()).toEqual([{ api_key: null }]);
      expect(text()).toContain('Key Not set');
      expect(text()).toContain('Add key');
      expect(text()).not.toContain('Remove key');
    });

    it('can’t be removed here when it comes from the environment', async () => {
      changed({ connection: sampleConnection({ key_source: 'environment' }) });
      await open();
      expect(text()).toContain('•••• 3kF9 from the environment');
      expect(text()).not.toContain('Remove key');
    });
  });

  describe('its address', () => {
    it('takes the stored key with it unless it is entered again', async () => {
      api.on(`PUT ${CREDENTIALS}`, () => changed({ connection: emptyConnection({ base_url: OWN_ADDRESS }) }));
      await open();
      await press('Change address');
      expect(await dialogText()).not.toContain('is removed unless');
      const address = await inputOf('Address', document);
      expect(await address.getValue()).toBe('https://api.openai.com/v1');
      await address.setValue('images');
      await press('Save');
      expect(await errorOf('Address', document)).toContain('Enter an address such as');
      await address.setValue(`${OWN_ADDRESS}/`);
      expect(await dialogText()).toContain('the stored key is removed unless you enter it again');
      await (await inputOf('Key for this address', document)).setValue('sk-again');
      expect(await dialogText()).not.toContain('is removed unless');
      await press('Save');
      await isDialogGone();
      expect(credentials()).toEqual([{ base_url: OWN_ADDRESS, api_key: 'sk-again' }]);
    });

    it('is not sent the key from the environment when it is another', async () => {
      changed({ connection: sampleConnection({ key_source: 'environment' }) });
      await open();
      await press('Change address');
      await (await inputOf('Address', document)).setValue(OWN_ADDRESS);
      expect(await dialogText()).toContain('The key from the environment is sent to its own address only');
    });

    it('is removed after a question that tells what is used then', async () => {
      changed({ connection: sampleConnection({ base_url: OWN_ADDRESS, base_url_source: 'console' }) });
      api.on(`PUT ${CREDENTIALS}`, () => changed({ connection: emptyConnection() }));
      await open();
      await press('Remove address');
      expect(await dialogText()).toContain('https://api.openai.com/v1 is used from then on. The stored key');
      await press('Remove', await document.getHarness(MatDialogHarness));
      await isDialogGone();
      expect(credentials()).toEqual([{ base_url: null }]);
    });
  });

  describe('a test of the connection', () => {
    it('tells latency and models', async () => {
      api.on(`POST ${TEST}`, () => connectionWorks());
      await open();
      await press('Test connection');
      await eventually(() => expect(text()).toContain('Works. 2 models found in 182 ms.'));
      expect(text()).toContain('gpt-image-2.6-sunburst');
    });

    it('tells what to see to before an image fails', async () => {
      const warning = 'OpenAI shuts down the model gpt-image-2.6-flare, which is set up here, on 2027-02-01.';
      api.on(`POST ${TEST}`, () => connectionWorks([warning]));
      await open();
      await press('Test connection');
      await eventually(() => expect(text()).toContain(warning));
    });

    it('tells the exact refusal, until the connection is another', async () => {
      api.on(`POST ${TEST}`, () => connectionRefused());
      await open();
      await press('Test connection');
      await eventually(() => expect(text()).toContain('OpenAI refused the API key. Replace the key'));
      expect(text()).toContain('HTTP 401 · invalid_api_key · request req_0123456789');
      await press('Replace key');
      await (await inputOf('Key', document)).setValue('sk-new');
      await press('Save');
      await isDialogGone();
      expect(text()).not.toContain('OpenAI refused');
    });

    it('says so when it can’t be asked for', async () => {
      api.on(`POST ${TEST}`, () => refusal(429, 'providers.test_throttled'));
      await open();
      await press('Test connection');
      await eventually(async () => expect(await snackBar()).toContain('tested several times'));
    });
  });

  it('shows what went wrong last and what to do about it', async () => {
    changed({
      health: sampleHealth({
        state: 'failing',
        last_error: {
          category: 'quota_exhausted',
          message: 'There is no credit left.',
          at: '2026-11-20T14:00:00.000Z',
        },
      }),
    });
    await open();
    expect(text()).toContain('It is failing: the last attempt brought nothing. There is no credit left. Add credit');
    expect(routed.routeNativeElement?.querySelector('#standing')?.textContent).toBe('Failing');
  });

  describe('its costs', () => {
    const row = (tier: 'standard' | 'premium2', more: object) => ({
      provider: 'openai',
      tier,
      calls: 1_250,
      images: 1_240,
      credits_charged: 1_240,
      cost_micros: 49_600_000,
      unknown_costs: 0,
      margin_micros: 12_400_000,
      ...more,
    });
    const report = (costs: object[], value: number | null = 50_000) => ({
      since: '2026-10-21T00:00:00.000Z',
      credit_value_micros: value,
      costs,
    });

    it('stand beside what was charged, with the margin and what is not known', async () => {
      api.on(`GET ${COSTS}`, () =>
        report([
          row('premium2', {
            images: 1,
            credits_charged: 2,
            cost_micros: 107_000,
            margin_micros: -7_000,
            unknown_costs: 2,
          }),
          row('standard', {}),
          row('standard', { provider: 'gemini', images: 77 }),
        ]),
      );
      await open();
      expect(text()).toContain('Standard 1,240 1,240 credits $49.60 $12.40');
      expect(text()).toContain('Premium 2 1 2 credits $0.107 \u2212$0.007 Below cost');
      expect(text()).toContain('2 calls may have been billed, at a cost that is not known.');
      expect(text()).not.toContain('77');
    });

    it('have no margin before a credit has a value, and nothing to tell before the first call', async () => {
      await open();
      expect(text()).toContain('It was not called in the last 30 days.');
      api.on(`GET ${COSTS}`, () => report([row('standard', { margin_micros: null })], null));
      await routed.navigateByUrl('/providers');
      await routed.navigateByUrl('/providers/openai');
      await routed.fixture.whenStable();
      expect(text()).toContain('Say in the settings what a credit is worth to you');
      expect(text()).not.toContain('Margin');
    });

    it('can be asked for again', async () => {
      api.on(`GET ${COSTS}`, () => outage());
      await open();
      expect(text()).toContain('The costs couldn’t be loaded');
      api.on(`GET ${COSTS}`, () => report([row('standard', {})]));
      await press('Retry');
      expect(text()).toContain('$49.60');
    });
  });

  describe('its tiers', () => {
    it('show what the studio makes of them while they are typed', async () => {
      await open();
      expect(text()).toContain('1:1 1024 × 1024 16:9 and 9:16 1536 × 864');
      expect(text()).toContain('Sold for 2 credits: pays for itself from $0.02 a credit.');
      expect(text()).toContain('Set by Ana on 3 Nov 2026');
      expect(text()).toContain('Not offered');
      expect(text()).not.toContain('somebody else’s');
      await (await inputOf('Cost of one image')).setValue('0.1');
      expect(text()).toContain('pays for itself from $0.05 a credit.');
    });

    it('compare cost and price where a credit has a value', async () => {
      stored = [...stored, setting('credit_value_usd', '0.015')];
      await open();
      expect(text()).toContain('Below cost: sold for 2 credits, $0.03, which is $0.01 too little.');
    });

    it('are reviewed and saved together with the rest', async () => {
      await open();
      await (await inputOf('Cost of one image')).setValue('0.05');
      await (await inputOf('Images at the same time')).setValue('');
      expect(text()).toContain('2 unsaved changes');
      await press('Review');
      expect(await dialogText()).toMatch(/Standard: cost of one image 0\.04 ?→ ?to 0\.05/);
      expect(await dialogText()).toMatch(/Images at the same time 64 ?→ ?to nothing/);
      await press('Save 2 changes');
      await isDialogGone();
      expect(api.asked(`PUT ${SETTINGS}`)[0]?.body).toEqual({
        provider_openai_standard_cost_usd: '0.05',
        provider_openai_max_concurrent: '',
      });
      await eventually(() => expect(text()).not.toContain('unsaved change'));
    });

    it('say at the field what can’t be, here and by the server', async () => {
      await open();
      await (await inputOf('Cost of one image')).setValue('much');
      await press('Review');
      expect(await errorOf('Cost of one image')).toBe('Enter an amount in US dollars such as 0.04.');
      await (await inputOf('Cost of one image')).setValue('0.04');
      await (await inputOf('Quality')).setValue('best of all');
      api.on(`PUT ${SETTINGS}`, () =>
        refusal(422, 'settings.invalid', {
          errors: [{ path: 'provider_openai_standard_quality', message: 'must be one word' }],
        }),
      );
      await press('Review');
      await press('Save 1 change');
      await eventually(async () => expect(await errorOf('Quality')).toBe('This value must be one word.'));
      expect(text()).toContain('1 unsaved change');
    });

    it('are not left behind unsaved without a question', async () => {
      await open();
      await (await inputOf('Quality')).setValue('high');
      const unload = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(unload);
      expect(unload.defaultPrevented).toBe(true);
      const router = TestBed.inject(Router);
      const leave = router.navigateByUrl('/providers');
      const discard = () =>
        [...globalThis.document.querySelectorAll<HTMLElement>('mat-dialog-container button')].find(
          (button) => button.textContent.trim() === 'Discard',
        );
      await eventually(() => expect(discard()).toBeDefined());
      discard()?.click();
      await leave;
      expect(router.url).toBe('/providers');
    });

    it('come back after edits were discarded by mistake', async () => {
      await open();
      await (await inputOf('Quality')).setValue('high');
      await press('Discard');
      expect(text()).not.toContain('unsaved change');
      await (await document.getHarness(MatSnackBarHarness)).dismissWithAction();
      await eventually(() => expect(text()).toContain('1 unsaved change'));
    });
  });

  it('has no connection to show for who needs none', async () => {
    await open('mock');
    expect(text()).toContain('without a key and at no cost');
    expect(text()).not.toContain('Test connection');
  });

  it('shows an address alone where no key is taken', async () => {
    await open('ollama');
    expect(text()).toContain('http://localhost:11434');
    expect(text()).not.toContain('Add key');
  });

  it('says so when there is no such provider, when it may not be seen, and when it can’t be asked for', async () => {
    await open('nobody');
    expect(text()).toContain('There is no such provider');
    api.on(`GET ${PROVIDERS}`, () => outage());
    await routed.navigateByUrl('/providers');
    await routed.navigateByUrl('/providers/openai');
    await routed.fixture.whenStable();
    expect(text()).toContain('The provider couldn’t be loaded');
    api.on(`GET ${PROVIDERS}`, () => refusal(403, 'auth.forbidden'));
    await press('Retry');
    expect(text()).toContain('You need the admin role.');
  });
});
