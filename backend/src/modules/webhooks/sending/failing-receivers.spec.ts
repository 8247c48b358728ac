import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import { FakeReceiver } from '../../../../test/fakes/webhooks/fake-receiver.mjs';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { AuditEntryRow } from '../../../platform/audit/index.js';
import { AllowList, OutboundHttp } from '../../../platform/outbound/index.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { type TestWebhooks, openWebhooks } from '../testing/open-webhooks.js';
import { DeliveryQueue, LEASE_MS } from './delivery-queue.js';
import { DeliveryResults } from './delivery-results.js';
import { MAX_PER_ENDPOINT, MAX_PER_OWNER } from './delivery-runner.js';
import { DeliverySender } from './delivery-sender.js';
import { MAX_ATTEMPTS } from './retry-schedule.js';
import { WebhookOutbound } from './webhook-outbound.js';

const HOUR_MS = 60 * 60 * 1_000;

/** Longer than any pause but those of the last day. */
const NEXT_DAY_MS = 30 * HOUR_MS;

/** Longer than a test goes on while receivers hang. */
const LONG_MS = 60_000;

describeAppOnEveryDatabase('Webhooks to receivers in trouble', (start) => {
  let receiver: FakeReceiver;

  beforeAll(async () => {
    receiver = await FakeReceiver.start();
  });

  afterEach(() => {
    receiver.hangUp();
    receiver.received = [];
  });

  afterAll(() => receiver.stop());

  const open = () => openWebhooks(start, receiver);
  /** Has those who hang waited for until the test lets go of them. */
  const waitLong = (world: TestWebhooks): void => {
    const outbound = world.get(WebhookOutbound);
    const patient: Pick<WebhookOutbound, 'send'> = {
      send: (request, signal) =>
        outbound.send({ ...request, firstByteTimeoutMs: LONG_MS, totalTimeoutMs: LONG_MS }, signal),
    };
    Object.assign(world.get(DeliverySender), { outbound: patient });
  };
  /** Somebody with an endpoint, to whom something happens now, and whenever it is asked for. */
  const eventsOf = async (world: TestWebhooks, path: string, events = 1) => {
    const { actor: owner, grant, disable } = await world.join();
    const endpoint = await world.listen(owner, path, ['credits.granted']);
    const happen = () => grant(1);
    for (let event = 0; event < events; event += 1) await happen();
    return { owner, endpoint, happen, disable };
  };

  test('are sent again after pauses that grow, under one id and a fresh signature, until they arrive', async () => {
    const world = await open();
    receiver.behave('/again', 'fail');
    const { owner, endpoint } = await eventsOf(world, '/again');
    const first = await world.delivery(owner, endpoint, 'pending', 1);
    const nextAt = Date.parse(first.next_attempt_at ?? '');
    expect(nextAt - Date.parse(first.attempts[0]?.at ?? '')).toBeGreaterThanOrEqual(5_000);
    expect(nextAt - world.clock.now()).toBeLessThanOrEqual(6_000);
    expect(first.attempts).toMatchObject([{ status_code: 500, response_excerpt: 'Out of order\uFFFD\uFFFD[31m' }]);

    await world.pass(7_000);
    await world.delivery(owner, endpoint, 'pending', 2);
    await world.pass(7_000);
    expect(receiver.at('/again')).toHaveLength(2);
    receiver.behave('/again', 'chat');
    await world.pass(6 * 60_000);
    const arrived = await world.delivery(owner, endpoint, 'delivered', 3);

    const headers = receiver.at('/again').map((message) => message.headers);
    expect(new Set(headers.map((header) => header['webhook-id']))).toEqual(new Set([arrived.id]));
    expect(new Set(headers.map((header) => header['webhook-signature'])).size).toBe(3);
    expect(arrived.attempts.map(({ status_code: status }) => status)).toEqual([500, 500, 200]);
    // No more than an excerpt of a long answer is kept.
    expect(Buffer.byteLength(arrived.attempts[2]?.response_excerpt ?? '')).toBe(1_024);
    expect(await world.webhooks.get(owner, endpoint.id)).toMatchObject({
      failing_since: null,
      last_delivery: { status: 'delivered' },
    });
  });

  test.each([
    ['redirect', 302, 'Redirects are not followed.'],
    ['break_off', null, 'No connection, or it ended before an answer.'],
  ])('do not arrive at those who %s', async (manner, status, error) => {
    const world = await open();
    receiver.behave(`/${manner}`, manner);
    const { owner, endpoint } = await eventsOf(world, `/${manner}`);

    const { attempts } = await world.delivery(owner, endpoint, 'pending', 1);
    expect(attempts).toMatchObject([{ status_code: status, error }]);
    expect(receiver.at('/elsewhere')).toEqual([]);
  });

  test('leave alone whoever asks for it', async () => {
    const world = await open();
    receiver.behave('/busy', 'hold_back');
    const { owner, endpoint } = await eventsOf(world, '/busy');

    const { attempts, next_attempt_at: next } = await world.delivery(owner, endpoint, 'pending', 1);
    expect(Date.parse(next ?? '') - Date.parse(attempts[0]?.at ?? '')).toBeGreaterThanOrEqual(HOUR_MS);
  });

  test('never hold up those of others while a receiver hangs, which is waited for with two of its own at most', async () => {
    const world = await open();
    waitLong(world);
    receiver.behave('/hang', 'hang');
    receiver.behave('/drip', 'drip');
    const slow = await eventsOf(world, '/hang', 5);
    await eventsOf(world, '/drip', 5);
    await receiver.until('/hang', MAX_PER_ENDPOINT);
    await receiver.until('/drip', MAX_PER_ENDPOINT);

    const quick = await eventsOf(world, '/quick', 5);
    await receiver.until('/quick', 5);
    await world.delivery(quick.owner, quick.endpoint, 'delivered');

    expect(receiver.at('/hang')).toHaveLength(MAX_PER_ENDPOINT);
    expect(receiver.at('/drip')).toHaveLength(MAX_PER_ENDPOINT);
    const waiting = await world.deliveries.list(slow.owner, slow.endpoint.id, { limit: 10, status: 'pending' });
    expect(waiting.data).toHaveLength(5);
    // What is cut off counts as an attempt; the others then have their turns.
    for (const path of ['/hang', '/drip']) receiver.behave(path, 'thank');
    receiver.hangUp();
    for (const path of ['/hang', '/drip']) await receiver.until(path, 5);
  });

  test('of one person are under way in a number that leaves room for others, however many endpoints there are', async () => {
    const world = await open();
    waitLong(world);
    const { actor: owner, grant } = await world.join();
    const paths = Array.from({ length: MAX_PER_OWNER }, (_, index) => `/many/${index}`);
    for (const path of paths) {
      receiver.behave(path, 'hang');
      await world.listen(owner, path, ['credits.granted']);
    }
    await grant(1);
    await grant(1);
    await until(() => receiver.received.length === MAX_PER_OWNER);
    await eventsOf(world, '/alone');
    await receiver.until('/alone', 1);
    expect(receiver.received).toHaveLength(MAX_PER_OWNER + 1);

    for (const path of paths) receiver.behave(path, 'thank');
    receiver.hangUp();
    await until(() => receiver.received.length > 2 * MAX_PER_OWNER);
  });

  test('end after three days: the endpoint is switched off, on record, and has three more when it is switched on', async () => {
    const world = await open();
    receiver.behave('/dead', 'fail');
    const { owner, endpoint, happen } = await eventsOf(world, '/dead');
    await world.delivery(owner, endpoint, 'pending', 1);
    const failingSince = (await world.webhooks.get(owner, endpoint.id)).failing_since;
    expect(failingSince).not.toBeNull();
    await world.pass(2 * 24 * HOUR_MS);
    await world.delivery(owner, endpoint, 'pending', 2);
    expect((await world.webhooks.get(owner, endpoint.id)).enabled).toBe(true);
    // One that waits for its first attempt goes down with it.
    receiver.behave('/dead', 'hang');
    await happen();
    await receiver.until('/dead', 3);
    receiver.behave('/dead', 'fail');
    await world.pass(2 * 24 * HOUR_MS);
    await until(async () => !(await world.webhooks.get(owner, endpoint.id)).enabled);

    expect(await world.webhooks.get(owner, endpoint.id)).toMatchObject({
      ...{ enabled: false, disabled_reason: 'failing', failing_since: failingSince },
      last_delivery: { status: 'failed' },
    });
    const entry = await world.dataSource.manager.findOneByOrFail(AuditEntryRow, { action: 'webhook.disable' });
    expect(entry).toMatchObject({
      actorId: null,
      targetId: endpoint.id,
      detail: `Nothing has arrived since ${failingSince}.`,
    });
    const pending = { endpointId: endpoint.id, status: 'pending' } as const;
    expect(await world.dataSource.manager.countBy(WebhookDelivery, pending)).toBe(0);
    receiver.hangUp();
    const before = receiver.received.length;
    await happen();
    await world.pass(0);
    expect(receiver.received).toHaveLength(before);

    receiver.behave('/dead', 'thank');
    expect(await world.webhooks.update(owner, endpoint.id, { enabled: true })).toMatchObject({
      ...{ enabled: true, disabled_reason: null, failing_since: null },
    });
    await happen();
    await world.delivery(owner, endpoint, 'delivered', 1);
  });

  test('end at once for a receiver that is gone for good', async () => {
    const world = await open();
    receiver.behave('/gone', 'be_gone');
    const { owner, endpoint } = await eventsOf(world, '/gone');

    expect((await world.delivery(owner, endpoint, 'failed', 1)).attempts).toMatchObject([{ status_code: 410 }]);
    expect(await world.webhooks.get(owner, endpoint.id)).toMatchObject({ enabled: false, disabled_reason: 'failing' });
  });

  test('are given up after the last attempt, where an endpoint lives on because others arrive', async () => {
    const world = await open();
    receiver.behave('/moody', 'fail');
    const { owner, endpoint, happen } = await eventsOf(world, '/moody');
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      await world.delivery(owner, endpoint, 'pending', attempt);
      receiver.behave('/moody', 'thank');
      await happen();
      await world.delivery(owner, endpoint, 'delivered', 1);
      await world.dataSource.manager.delete(WebhookDelivery, { endpointId: endpoint.id, status: 'delivered' });
      receiver.behave('/moody', 'fail');
      await world.pass(NEXT_DAY_MS);
    }

    await world.delivery(owner, endpoint, 'failed', MAX_ATTEMPTS);
    expect((await world.webhooks.get(owner, endpoint.id)).enabled).toBe(true);
  });

  test('are sent again, under the same id, when nobody wrote down how an attempt ended', async () => {
    const world = await open();
    receiver.behave('/crash', 'hang');
    const { owner, endpoint } = await eventsOf(world, '/crash');
    const [first] = await receiver.until('/crash', 1);
    const queue = world.get(DeliveryQueue);
    // As another process would, whose clock says that this one must have died.
    receiver.behave('/crash', 'thank');
    await world.pass(LEASE_MS + 1_000);
    await receiver.until('/crash', 2);
    const arrived = await world.delivery(owner, endpoint, 'delivered', 2);

    expect(arrived.id).toBe(first?.headers['webhook-id']);
    expect(await queue.claim(arrived.id)).toBeUndefined();
    // The one that was thought dead comes late, and changes nothing.
    receiver.hangUp();
    await world.pass(0);
    expect(await world.deliveries.get(owner, endpoint.id, arrived.id)).toEqual(arrived);
  });

  test('are never sent for people who may not use the product any more', async () => {
    const world = await open();
    receiver.behave('/former', 'fail');
    const { owner, endpoint, happen, disable } = await eventsOf(world, '/former');
    await world.delivery(owner, endpoint, 'pending', 1);
    await disable();
    await happen();
    await world.pass(HOUR_MS);
    await until(async () => (await world.dataSource.manager.countBy(WebhookDelivery, { status: 'failed' })) === 2);

    expect(receiver.at('/former')).toHaveLength(1);
  });

  test('go nowhere where a name leads to a private address, whatever it led to when it was entered', async () => {
    const world = await open();
    const { owner, endpoint } = await eventsOf(world, '/private', 0);
    const answers = [['198.18.0.1'], ['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['169.254.169.254']];
    const connections = receiver.connections;
    for (const addresses of answers) {
      const outbound = new OutboundHttp(
        new HttpService(),
        { outboundAllow: new AllowList([]) },
        { resolve: () => Promise.resolve(addresses.map((address) => ({ address, family: 4 }))) },
      );
      const way = new WebhookOutbound(outbound, { webhookAllow: new AllowList([]) });
      const sender = world.get(DeliverySender);
      Object.assign(sender, { outbound: way });
      const url = `https://rebinding.example:${receiver.port}/private`;
      expect(await world.webhooks.update(owner, endpoint.id, { url })).toMatchObject({ url });
      const { id } = await world.deliveries.test(owner, endpoint.id);
      await until(async () => (await world.deliveries.get(owner, endpoint.id, id)).status === 'failed');

      expect((await world.deliveries.get(owner, endpoint.id, id)).attempts).toMatchObject([
        { status_code: null, error: 'The address is not reached: it is private, or not https.' },
      ]);
      way.onApplicationShutdown();
    }
    expect(receiver.connections).toBe(connections);
  });

  test('whose result comes after another claim leave what that one has found', async () => {
    const world = await open();
    receiver.behave('/late', 'fail');
    const { owner, endpoint } = await eventsOf(world, '/late');
    const { id } = await world.delivery(owner, endpoint, 'pending', 1);
    const manager = world.dataSource.manager;
    const [delivery, stored] = [
      await manager.findOneByOrFail(WebhookDelivery, { id }),
      await world.webhooks.find(owner, endpoint.id),
    ];
    const end = { isDelivered: true, isGone: false, retryAfterMs: undefined } as const;
    const attempt = { at: 1, durationMs: 1, signature: '', statusCode: 200, error: null, responseExcerpt: '' };
    const stale = {
      delivery: Object.assign(new WebhookDelivery(), delivery, { fence: delivery.fence - 1 }),
      endpoint: stored,
    };

    expect(await world.get(DeliveryResults).record(stale, { ...end, attempt })).toBe('lost');
    expect(await manager.findOneByOrFail(WebhookDelivery, { id })).toEqual(delivery);
    expect(await world.webhooks.find(owner, endpoint.id)).toEqual(stored);
  });
});
