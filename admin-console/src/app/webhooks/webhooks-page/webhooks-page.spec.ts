import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MatCheckboxHarness } from '@angular/material/checkbox/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import { provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { Webhook } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { textOf } from '../../../testing/text-of';
import { SECRET, WEBHOOK_ID, issuedWebhook, sampleWebhook } from '../../../testing/webhook-fixtures';
import { WebhooksPage } from './webhooks-page';

const WEBHOOKS = '/api/v1/webhooks';

describe('WebhooksPage', () => {
  let api: FakeApi;
  let webhooks: Webhook[];
  let harness: RouterTestingHarness;
  let loader: HarnessLoader;

  beforeEach(() => {
    webhooks = [
      sampleWebhook(),
      sampleWebhook({
        ...{ id: WEBHOOK_ID.replace(/a$/, 'b'), url: 'https://old.example/hook', enabled: false },
        ...{ disabled_reason: 'failing', failing_since: '2026-11-20T10:00:00.000Z' },
      }),
    ];
    api = new FakeApi().on(`GET ${WEBHOOKS}`, () => ({ data: webhooks, has_more: false, next_cursor: null }));
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        provideRouter([{ path: 'webhooks', component: WebhooksPage }]),
        provideHttpClient(withInterceptors([api.interceptor])),
      ],
    });
  });

  async function open(): Promise<void> {
    harness = await RouterTestingHarness.create('/webhooks');
    loader = TestbedHarnessEnvironment.documentRootLoader(harness.fixture);
    await harness.fixture.whenStable();
  }

  const text = () => textOf(harness.fixture.nativeElement);
  const press = async (name: string | RegExp, ancestor?: string) =>
    (await loader.getHarness(MatButtonHarness.with({ text: name, ...(ancestor && { ancestor }) }))).click();
  const fieldOf = (label: string) => loader.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const type = async (label: string, value: string) =>
    (await (await fieldOf(label)).getControl(MatInputHarness))?.setValue(value);
  const errorOf = async (label: string) => (await (await fieldOf(label)).getTextErrors()).join();
  const check = async (label: RegExp) => (await loader.getHarness(MatCheckboxHarness.with({ label }))).check();
  const dialogs = () => loader.getAllHarnesses(MatDialogHarness);
  const dialogText = async () => (await (await dialogs()).at(-1)?.getText())?.replace(/\s+/g, ' ');
  const submit = () => press('Create webhook', 'mat-dialog-container');
  const posts = () => api.asked(`POST ${WEBHOOKS}`).map(({ body }) => body);

  async function fill(): Promise<void> {
    await press('Create webhook');
    await type('Address', ' https://shop.example/atelier ');
    await type('Description', 'The shop');
    await check(/^Credits running low/);
    await check(/^Generation succeeded/);
  }

  it('lists where messages go, what of, and how that goes', async () => {
    await open();

    expect(text()).toMatch(
      /https:\/\/shop\.example\/atelier On The shop Generation succeeded and 1 more Last message: Arrived 28 Nov/,
    );
    expect(text()).toMatch(/https:\/\/old\.example\/hook Turned off: it kept failing/);
    expect(harness.fixture.nativeElement.querySelector('.url').getAttribute('href')).toBe(`/webhooks/${WEBHOOK_ID}`);
  });

  it('explains what webhooks are for where there are none', async () => {
    webhooks = [];
    await open();

    expect(text()).toContain('No webhooks yet');
  });

  it('offers to retry when the list fails', async () => {
    api.on(`GET ${WEBHOOKS}`, () => outage());
    await open();
    expect(text()).toContain('Your webhooks couldn’t be loaded');

    api.on(`GET ${WEBHOOKS}`, () => ({ data: webhooks, has_more: false, next_cursor: null }));
    await press('Retry');
    expect(text()).toContain('https://shop.example/atelier');
  });

  it('creates one, and shows its secret the only time that it can', async () => {
    api.on(`POST ${WEBHOOKS}`, () => issuedWebhook());
    await open();
    await fill();
    await submit();
    await eventually(async () => expect(await dialogText()).toContain(SECRET));

    expect(posts()).toEqual([
      {
        url: 'https://shop.example/atelier',
        description: 'The shop',
        events: ['generation.succeeded', 'credits.low'],
      },
    ]);
    const done = await loader.getHarness(MatButtonHarness.with({ text: 'Done' }));
    expect(await done.isDisabled()).toBe(true);
    await check(/I’ve stored this secret/);
    await done.click();
    await eventually(async () => expect(await dialogs()).toHaveLength(0));
    expect(api.asked(`GET ${WEBHOOKS}`)).toHaveLength(2);
    expect(text()).not.toContain(SECRET);
  });

  it('asks before a secret is lost that nobody has stored', async () => {
    api.on(`POST ${WEBHOOKS}`, () => issuedWebhook());
    await open();
    await fill();
    await submit();
    await eventually(async () => expect(await dialogText()).toContain(SECRET));
    await (await dialogs())[0]?.close();

    await eventually(async () => expect(await dialogText()).toContain('Close without storing it?'));
    await press('Close', 'app-confirm-dialog');
    await eventually(async () => expect(await dialogs()).toHaveLength(0));
  });

  it('wants an address and an event', async () => {
    await open();
    await press('Create webhook');
    await type('Address', 'shop.example');
    await submit();

    expect(await errorOf('Address')).toBe('Enter an address such as https://shop.example/atelier.');
    expect(await dialogText()).toContain('Choose at least one event.');
    expect(posts()).toEqual([]);
  });

  it('says at the address why the server will not have it', async () => {
    const errors = [{ path: 'url', message: 'must not be an address of a private network' }];
    api.on(`POST ${WEBHOOKS}`, () => refusal(422, 'request.invalid', { errors }));
    await open();
    await fill();
    await submit();

    await eventually(async () =>
      expect(await errorOf('Address')).toBe('This address must not be an address of a private network.'),
    );
  });

  it('says that there can be no more of them', async () => {
    api.on(`POST ${WEBHOOKS}`, () => refusal(409, 'webhooks.limit_reached'));
    await open();
    await fill();
    await submit();

    await eventually(async () => expect(await dialogText()).toContain('as many webhooks as it can have'));
  });
});
