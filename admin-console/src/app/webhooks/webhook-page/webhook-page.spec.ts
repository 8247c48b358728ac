import type { HarnessLoader } from '@angular/cdk/testing';
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
import { MatSnackBarHarness } from '@angular/material/snack-bar/testing';
import { Router, provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { Delivery, DeliveryDetail, Webhook } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { textOf } from '../../../testing/text-of';
import {
  SECRET,
  WEBHOOK_ID,
  deliveryDetail,
  issuedWebhook,
  sampleDelivery,
  sampleWebhook,
} from '../../../testing/webhook-fixtures';
import { formatInstant } from '../../platform/formatting';
import { Session } from '../../session/session';
import { WebhookPage } from './webhook-page';

const WEBHOOK = `/api/v1/webhooks/${WEBHOOK_ID}`;
const DELIVERIES = `${WEBHOOK}/deliveries`;
const SINCE = '2026-11-20T10:00:00.000Z';

describe('WebhookPage', () => {
  let api: FakeApi;
  let webhook: Webhook;
  let deliveries: Delivery[];
  let detail: DeliveryDetail;
  let harness: RouterTestingHarness;
  let loader: HarnessLoader;
  const isAdmin = signal(false);

  beforeEach(() => {
    isAdmin.set(false);
    webhook = sampleWebhook();
    deliveries = [
      sampleDelivery({
        ...{ id: `msg_${'0'.repeat(31)}2`, status: 'pending', attempts: 3, delivered_at: null },
        ...{ event_type: 'credits.low', next_attempt_at: '2026-11-28T12:00:00.000Z' },
      }),
      sampleDelivery(),
    ];
    detail = deliveryDetail();
    api = new FakeApi()
      .on(`GET ${WEBHOOK}`, () => webhook)
      .on(`PATCH ${WEBHOOK}`, ({ body }) => (webhook = { ...webhook, ...Object(body), disabled_reason: null }))
      .on(`GET ${DELIVERIES}`, ({ params }) => {
        const status = params.get('status');
        return {
          data: deliveries.filter((delivery) => status === null || delivery.status === status),
          has_more: false,
          next_cursor: null,
        };
      })
      .on(`GET ${DELIVERIES}/${detail.id}`, () => detail);
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: Session, useValue: { isAdmin } },
        provideRouter(
          [
            { path: 'webhooks/:id', component: WebhookPage },
            { path: '**', children: [] },
          ],
          withComponentInputBinding(),
        ),
        provideHttpClient(withInterceptors([api.interceptor])),
      ],
    });
  });

  async function open(query = ''): Promise<void> {
    harness = await RouterTestingHarness.create(`/webhooks/${WEBHOOK_ID}${query}`);
    loader = TestbedHarnessEnvironment.documentRootLoader(harness.fixture);
    await harness.fixture.whenStable();
  }

  const text = () => textOf(harness.fixture.nativeElement);
  const rows = () => [...harness.fixture.nativeElement.querySelectorAll('tbody tr')].map((row) => textOf(row));
  const press = async (name: string | RegExp, ancestor?: string) =>
    (await loader.getHarness(MatButtonHarness.with({ text: name, ...(ancestor && { ancestor }) }))).click();
  const choose = async (item: RegExp) => {
    const menu = await loader.getHarness(MatMenuHarness);
    await menu.open();
    await menu.clickItem({ text: item });
  };
  const fieldOf = (label: string) => loader.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const dialogs = () => loader.getAllHarnesses(MatDialogHarness);
  const dialogText = async () => (await (await dialogs()).at(-1)?.getText())?.replace(/\s+/g, ' ');
  const isDialogGone = () => eventually(async () => expect(await dialogs()).toHaveLength(0));
  const told = async () => (await loader.getHarness(MatSnackBarHarness)).getMessage();
  const patches = () => api.asked(`PATCH ${WEBHOOK}`).map(({ body }) => body);
  const pressRow = async (event: string) => {
    const buttons: HTMLElement[] = [...harness.fixture.nativeElement.querySelectorAll('.open')];
    buttons.find((button) => textOf(button) === event)?.click();
    await harness.fixture.whenStable();
  };

  it('tells what is sent where, and by which secret one knows it', async () => {
    webhook = sampleWebhook({ previous_secret_expires_at: '2026-11-29T10:00:00.000Z' });
    await open();

    expect(text()).toMatch(/https:\/\/shop\.example\/atelier The shop/);
    expect(text()).toMatch(/Events Generation succeeded Credits running low Secret whsec_••••LaSw The old one goes on/);
  });

  it('lists what was sent, and how it stands', async () => {
    await open();

    expect(rows()[0]).toMatch(/Credits running low Pending 3 attempts Next 28 Nov 2026/);
    expect(rows()[1]).toMatch(/Generation succeeded Delivered 1 attempt$/);
  });

  it('keeps the filter in the address', async () => {
    await open('?status=delivered');
    expect(rows()).toHaveLength(1);

    const status = await loader.getHarness(MatSelectHarness);
    await status.clickOptions({ text: 'Failed' });
    await eventually(() => expect(text()).toContain('No deliveries of this status'));
    expect(TestBed.inject(Router).url).toBe(`/webhooks/${WEBHOOK_ID}?status=failed`);

    await press('Show all deliveries');
    await eventually(() => expect(rows()).toHaveLength(2));
  });

  it('says since when it fails, and what will happen', async () => {
    webhook = sampleWebhook({ failing_since: SINCE });
    await open();

    expect(text()).toContain(`It has been failing since ${formatInstant(SINCE)}`);
  });

  it('says that it was turned off because it kept failing, and turns it on again', async () => {
    webhook = sampleWebhook({ enabled: false, disabled_reason: 'failing', failing_since: SINCE });
    await open();
    expect(text()).toContain(`Turned off because it kept failing since ${formatInstant(SINCE)}`);

    await press('Turn on');
    await eventually(() => expect(text()).not.toContain('Turned off because'));
    expect(patches()).toEqual([{ enabled: true }]);
  });

  it('is turned off after a question', async () => {
    await open();
    await choose(/Turn off/);
    expect(await dialogText()).toContain('What is still pending is given up');
    await press('Turn off', 'mat-dialog-container');

    await eventually(() => expect(patches()).toEqual([{ enabled: false }]));
    await isDialogGone();
    expect(await loader.getAllHarnesses(MatButtonHarness.with({ text: 'Turn on' }))).toHaveLength(1);
  });

  it('sends what was edited, and only that', async () => {
    await open();
    await press(/Edit/);
    await (await (await fieldOf('Description')).getControl(MatInputHarness))?.setValue('The new shop');
    await (await loader.getHarness(MatCheckboxHarness.with({ label: /^Credits granted/ }))).check();
    await press('Save');
    await isDialogGone();

    expect(patches()).toEqual([
      { description: 'The new shop', events: ['generation.succeeded', 'credits.granted', 'credits.low'] },
    ]);
    expect(text()).toContain('The new shop');
  });

  it('saves nothing when nothing was edited', async () => {
    await open();
    await press(/Edit/);
    await press('Save');
    await isDialogGone();

    expect(patches()).toEqual([]);
  });

  it('gets another secret, and the old one goes on for a while', async () => {
    api.on(`POST ${WEBHOOK}/rotate`, () => issuedWebhook({ secret_last4: 'NewS' }));
    await open();
    await choose(/Rotate the secret/);
    await (
      await loader.getHarness(MatSelectHarness.with({ ancestor: 'mat-dialog-container' }))
    ).clickOptions({
      text: '1 hour',
    });
    await press('Rotate');
    await eventually(async () => expect(await dialogText()).toContain(SECRET));
    await (await loader.getHarness(MatCheckboxHarness.with({ label: /stored/ }))).check();
    await press('Done');
    await isDialogGone();

    expect(api.asked(`POST ${WEBHOOK}/rotate`).map(({ body }) => body)).toEqual([{ grace_seconds: 3_600 }]);
    expect(text()).toContain('whsec_••••NewS');
    expect(text()).not.toContain(SECRET);
  });

  it('warns that an earlier rotation ends, and says what went wrong', async () => {
    webhook = sampleWebhook({ previous_secret_expires_at: '2026-11-29T10:00:00.000Z' });
    api.on(`POST ${WEBHOOK}/rotate`, () => outage());
    await open();
    await choose(/Rotate the secret/);
    expect(await dialogText()).toContain('A rotation is under way already.');
    await press('Rotate');

    await eventually(async () => expect(await dialogText()).toContain('can’t reach the server'));
  });

  it('is deleted after a question, and leads back to the others', async () => {
    api.on(`DELETE ${WEBHOOK}`, () => ({}));
    await open();
    await choose(/Delete/);
    expect(await dialogText()).toContain('Nothing more is sent to https://shop.example/atelier.');
    await press('Delete', 'mat-dialog-container');

    await eventually(() => expect(TestBed.inject(Router).url).toBe('/webhooks'));
    expect(api.asked(`DELETE ${WEBHOOK}`)).toHaveLength(1);
  });

  it('leads admins to its history, and nobody else', async () => {
    await open();
    const menu = await loader.getHarness(MatMenuHarness);
    await menu.open();
    const items = async () => Promise.all((await menu.getItems()).map((item) => item.getText()));
    expect((await items()).join()).not.toContain('History');

    isAdmin.set(true);
    await harness.fixture.whenStable();
    await menu.clickItem({ text: /History/ });
    await eventually(() =>
      expect(decodeURIComponent(TestBed.inject(Router).url)).toBe(
        `/admin/audit-log?target=webhook:${WEBHOOK_ID}&range=all`,
      ),
    );
  });

  describe('a test', () => {
    const showWindow = () => document.dispatchEvent(new Event('visibilitychange'));

    it('waits for the receiver, and tells what it answered', async () => {
      detail = deliveryDetail({ attempts: [], status: 'pending' });
      api.on(`POST ${WEBHOOK}/test`, () =>
        sampleDelivery({ status: 'pending', is_test: true, event_type: 'webhook.test' }),
      );
      await open();
      await press('Send a test');
      expect(text()).toContain('Sending…');
      showWindow();
      await eventually(() => expect(api.asked(`GET ${DELIVERIES}/${detail.id}`)).not.toHaveLength(0));
      expect(text()).toContain('Sending…');

      detail = deliveryDetail({
        status: 'failed',
        attempts: [
          {
            at: SINCE,
            duration_ms: 80,
            status_code: 500,
            error: 'It was answered with 500.',
            response_excerpt: 'no such shop',
          },
        ],
      });
      await eventually(() => {
        showWindow();
        expect(text()).toContain('Answered 500 in 80 ms It was answered with 500. no such shop');
      });
      expect(api.asked(`GET ${DELIVERIES}`)).toHaveLength(2);
    });

    it('says when too many were asked for', async () => {
      api.on(`POST ${WEBHOOK}/test`, () => refusal(429, 'webhooks.throttled'));
      await open();
      await press('Send a test');

      await eventually(async () => expect(await told()).toContain('Wait a minute'));
      expect(text()).toContain('Send a test');
    });
  });

  describe('a delivery', () => {
    it('shows the request and each attempt, the latest first', async () => {
      detail = deliveryDetail({
        attempts: [
          {
            at: SINCE,
            duration_ms: 10_000,
            status_code: null,
            error: 'The receiver did not answer.',
            response_excerpt: null,
          },
          { at: SINCE, duration_ms: 120, status_code: 200, error: null, response_excerpt: 'thank you' },
        ],
      });
      await open();
      await pressRow('Generation succeeded');

      const shown = await dialogText();
      expect(shown).toMatch(/Answered 200 in 120 ms.*thank you.*No answer after 10 s.*The receiver did not answer\./);
      expect(shown).toContain(`webhook-id${detail.id}`);
      expect(shown).toContain('POST https://shop.example/atelier');
      expect(shown).toContain('"images": 2');
    });

    it('shows a body as it is when it is no JSON', async () => {
      detail = deliveryDetail({ attempts: [], request: { url: 'https://shop.example', headers: {}, body: '{broken' } });
      await open();
      await pressRow('Generation succeeded');

      expect(await dialogText()).toMatch(/Not sent yet\..*\{broken/);
    });

    it('is sent again', async () => {
      api.on(`POST ${DELIVERIES}/${detail.id}/replay`, () => sampleDelivery({ replay_of: detail.id }));
      await open();
      await pressRow('Generation succeeded');
      deliveries = [sampleDelivery({ id: `msg_${'0'.repeat(31)}3`, replay_of: detail.id }), ...deliveries];
      await press('Send again');
      await isDialogGone();

      await eventually(() => expect(rows()[0]).toContain('Sent again'));
      expect(await told()).toBe('Sent again, as a message of its own.');
    });

    it('says why it cannot be sent again', async () => {
      api.on(`POST ${DELIVERIES}/${detail.id}/replay`, () => refusal(409, 'webhooks.disabled'));
      await open();
      await pressRow('Generation succeeded');
      await press('Send again');

      await eventually(async () => expect(await dialogText()).toContain('This webhook is switched off.'));
    });

    it('offers to retry when it cannot be read', async () => {
      api.on(`GET ${DELIVERIES}/${detail.id}`, () => outage());
      await open();
      await pressRow('Generation succeeded');
      expect(await dialogText()).toContain('The delivery couldn’t be loaded');

      api.on(`GET ${DELIVERIES}/${detail.id}`, () => detail);
      await press('Retry');
      expect(await dialogText()).toContain('Answered 200');
    });
  });

  it('explains that there is no such webhook', async () => {
    api.on(`GET ${WEBHOOK}`, () => refusal(404, 'webhooks.not_found'));
    await open();

    expect(text()).toContain('There is no such webhook');
  });

  it('offers to retry when it cannot be read', async () => {
    api.on(`GET ${WEBHOOK}`, () => outage());
    await open();
    expect(text()).toContain('The webhook couldn’t be loaded');

    api.on(`GET ${WEBHOOK}`, () => webhook);
    await press('Retry');
    await eventually(() => expect(text()).toContain('Deliveries'));
  });
});
