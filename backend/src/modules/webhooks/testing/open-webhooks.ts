import type { INestApplicationContext, Type } from '@nestjs/common';
import type { DeliveryDetail, IssuedWebhook, WebhookEventType } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { FakeReceiver } from '../../../../test/fakes/webhooks/fake-receiver.mjs';
import { type AheadClock, type StudioApp, startStudioApp } from '../../../../test/studio-app.js';
import type { Start } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { AllowList } from '../../../platform/outbound/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { Actor } from '../../auth/index.js';
import { DeliveriesService } from '../deliveries/deliveries.service.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { WebhooksService } from '../endpoints/webhooks.service.js';
import { DeliveryRunner } from '../sending/delivery-runner.js';

export interface TestWebhooks extends StudioApp {
  readonly receiver: FakeReceiver;
  readonly webhooks: WebhooksService;
  readonly deliveries: DeliveriesService;
  readonly dataSource: DataSource;
  readonly clock: AheadClock;
  get<Provider>(token: Type<Provider>): Provider;
  /** An endpoint of somebody on a path of the receiver. */
  listen(owner: Actor, path: string, events: WebhookEventType[]): Promise<IssuedWebhook>;
  /** Lets time pass, and has the runner look for what is due now. */
  pass(milliseconds: number): Promise<void>;
  /** Waits until a delivery has this status and so many attempts. */
  delivery(
    owner: Actor,
    endpoint: { readonly id: string },
    status: DeliveryDetail['status'],
    attempts?: number,
  ): Promise<DeliveryDetail>;
  /** Waits until a delivery has arrived or was given up. */
  settled(owner: Actor, endpointId: string, id: string): Promise<DeliveryDetail>;
}

/** The whole application at work, with a receiver beside it. */
export async function openWebhooks(start: Start, receiver: FakeReceiver): Promise<TestWebhooks> {
  let studio: StudioApp | undefined;
  await start(async (configuration): Promise<INestApplicationContext> => {
    Object.assign(configuration, { webhookAllow: new AllowList(['127.0.0.1']), mockDirectives: true });
    studio = await startStudioApp(configuration);
    return studio.app;
  });
  if (!studio) throw new Error('The application did not start');
  const { app } = studio;
  const get = <Provider>(token: Type<Provider>): Provider => app.get(token, { strict: false });
  const [webhooks, deliveries, runner, dataSource] = [
    get(WebhooksService),
    get(DeliveriesService),
    get(DeliveryRunner),
    get(DataSource),
  ];
  const clock = get(Clock) as AheadClock;
  return {
    ...studio,
    ...{ receiver, webhooks, deliveries, dataSource, clock, get },
    listen: (owner, path, events) => webhooks.create(owner, { url: receiver.url(path), events }),
    async pass(milliseconds) {
      clock.aheadMs += milliseconds;
      await runner.look();
    },
    async delivery(owner, endpoint, status, attempts = 1) {
      const find = () =>
        dataSource.manager.findOne(WebhookDelivery, {
          where: { endpointId: endpoint.id, status, attempts, leaseUntil: 0 },
          order: { id: 'DESC' },
        });
      await until(async () => (await find()) !== null);
      return deliveries.get(owner, endpoint.id, (await find())?.id ?? '');
    },
    async settled(owner, endpointId, id) {
      await until(async () => (await deliveries.get(owner, endpointId, id)).status !== 'pending');
      return deliveries.get(owner, endpointId, id);
    },
  };
}
