import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { FakeReceiver } from '../../../../test/fakes/webhooks/fake-receiver.mjs';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { AuditEntryRow } from '../../../platform/audit/index.js';
import { AllowList, OutboundHttp } from '../../../platform/outbound/index.js';
import { OutboxSubscription } from '../../../platform/outbox/index.js';
import { OldDeliveries } from '../deliveries/old-deliveries.js';
import { WebhookAttempt } from '../deliveries/webhook-attempt.entity.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { WebhookOutbound } from '../sending/webhook-outbound.js';
import { openWebhooks } from '../testing/open-webhooks.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

describeAppOnEveryDatabase('Webhook endpoints', (start) => {
  let receiver: FakeReceiver;

  beforeAll(async () => {
    receiver = await FakeReceiver.start();
  });

  afterEach(() => {
    receiver.received = [];
  });

  afterAll(() => receiver.stop());

  async function prepare() {
    const world = await openWebhooks(start, receiver);
    const { actor: owner, grant } = await world.join();
    return {
      ...world,
      owner,
      happen: () => grant(1),
      verifies: (secret: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
        try {
          return Boolean(new Webhook(secret).verify(body, headers));
        } catch {
          return false;
        }
      },
    };
  }

  test('show their secret once and keep it sealed, also from the record of what was done', async () => {
    const { owner, listen, webhooks, dataSource } = await prepare();
    const issued = await listen(owner, '/secret', ['credits.granted']);
    expect(issued.secret).toMatch(/^whsec_[A-Za-z0-9+/]{44}$/);
    const rotated = await webhooks.rotate(owner, issued.id, 60);
    const kept = JSON.stringify([
      await webhooks.list(owner, { limit: 10 }),
      await dataSource.manager.find(WebhookEndpoint),
      await dataSource.manager.find(AuditEntryRow),
    ]);

    for (const { secret } of [issued, rotated]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(secret.slice(6));
    }
    expect(rotated).toMatchObject({ secret_last4: rotated.secret.slice(-4) });
    const entries = await dataSource.manager.findBy(AuditEntryRow, { targetId: issued.id });
    expect(
      entries.map(({ action, after }) => [action, (JSON.parse(after ?? '{}') as { secret: unknown }).secret]),
    ).toEqual([
      ['webhook.create', 'changed'],
      ['webhook.rotate', 'changed'],
    ]);
  });

  test('sign with both secrets for as long as was asked for, and with the new one alone after that', async () => {
    const { owner, listen, webhooks, happen, pass, verifies, delivery, settled } = await prepare();
    const first = await listen(owner, '/rotation', ['credits.granted']);
    const second = await webhooks.rotate(owner, first.id, 3_600);
    expect(second.previous_secret_expires_at).not.toBeNull();
    await happen();
    const [both] = await receiver.until('/rotation', 1);
    if (!both) throw new Error('Nothing arrived');
    expect([first, second].map(({ secret }) => verifies(secret, both))).toEqual([true, true]);
    expect(verifies(first.secret, { ...both, body: both.body.replace('1', '2') })).toBe(false);

    await delivery(owner, first, 'delivered');
    await pass(3_601_000);
    await happen();
    const later = (await receiver.until('/rotation', 2))[1];
    await settled(owner, first.id, later?.headers['webhook-id'] ?? '');
    expect(later?.headers['webhook-signature']).not.toContain(' ');
    expect((await webhooks.get(owner, first.id)).previous_secret_expires_at).toBeNull();

    const third = await webhooks.rotate(owner, first.id, 0);
    await webhooks.rotate(owner, first.id, 60);
    const { secret } = await webhooks.rotate(owner, first.id, 0);
    await happen();
    const last = (await receiver.until('/rotation', 3))[2];
    // The clock of the receiver is not ahead: the signature alone is compared.
    const signed = (key: string) =>
      new Webhook(key).sign(
        last?.headers['webhook-id'] ?? '',
        new Date(Number(last?.headers['webhook-timestamp']) * 1_000),
        last?.body ?? '',
      );
    expect(last?.headers['webhook-signature']).toBe(signed(secret));
    expect(last?.headers['webhook-signature']).not.toBe(signed(third.secret));
  });

  test('are told only what they ask for now, and nothing while they are off', async () => {
    const { owner, listen, webhooks, deliveries, happen, delivery, settled, dataSource } = await prepare();
    const { id } = await listen(owner, '/change', ['credits.low']);
    await happen();
    const change = { events: ['credits.granted' as const], description: 'The shop' };
    expect(await webhooks.update(owner, id, change)).toMatchObject(change);
    await happen();
    await receiver.until('/change', 1);
    const told = await delivery(owner, { id }, 'delivered');

    expect(await webhooks.update(owner, id, { enabled: false })).toMatchObject({ disabled_reason: 'by_owner' });
    await happen();
    await expect(deliveries.replay(owner, id, told.id)).rejects.toMatchObject({ code: 'webhooks.disabled' });
    expect(await dataSource.manager.count(OutboxSubscription)).toBe(0);

    // The test button works all the same, once and under a type of its own.
    const { id: testId } = await deliveries.test(owner, id);
    await receiver.until('/change', 2);
    expect(JSON.parse(receiver.at('/change')[1]?.body ?? '')).toMatchObject({
      type: 'webhook.test',
      data: { webhook_id: id },
    });
    expect(await settled(owner, id, testId)).toMatchObject({ status: 'delivered', is_test: true });
    receiver.behave('/change', 'fail');
    await deliveries.test(owner, id);
    expect(await delivery(owner, { id }, 'failed')).toMatchObject({ attempts: [{ status_code: 500 }] });

    await webhooks.update(owner, id, { enabled: true });
    receiver.behave('/change', 'thank');
    const again = await deliveries.replay(owner, id, told.id);
    expect(again).toMatchObject({
      replay_of: told.id,
      status: 'pending',
      event_type: 'credits.granted',
      is_test: false,
    });
    await receiver.until('/change', 4);
    const [original, replayed] = [receiver.at('/change')[0], receiver.at('/change')[3]];
    expect(replayed?.body).toBe(original?.body);
    expect(replayed?.headers['webhook-id']).toBe(again.id);
    expect(again.id).not.toBe(told.id);
  });

  test('are limited in number, however many are made at the same time', async () => {
    const { owner, listen, join, webhooks } = await prepare();
    const results = await Promise.allSettled(
      Array.from({ length: 25 }, (_, index) => listen(owner, `/${index}`, ['credits.low'])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'webhooks.limit_reached' },
    });
    await listen((await join()).actor, '/other', ['credits.low']);

    const first = await webhooks.list(owner, { limit: 15 });
    const second = await webhooks.list(owner, { limit: 15, cursor: first.next_cursor ?? '' });
    expect([first.data.length, first.has_more, second.data.length, second.has_more]).toEqual([15, true, 5, false]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(20);
  });

  test('are refused where nobody may be told: private, not encrypted, on ports of other services', async () => {
    const { owner, webhooks, get } = await prepare();
    const outbound = new WebhookOutbound(get(OutboundHttp), { webhookAllow: new AllowList([]) });
    Object.assign(webhooks, { outbound });
    for (const url of [
      ...[
        'http://shop.example/hooks',
        'https://10.0.0.1/',
        'https://[::1]/',
        'https://169.254.169.254/',
        'https://2130706434/',
      ],
      ...['https://shop.example:25/', 'https://0.0.0.0/', `https://shop.example/${'ä'.repeat(600)}`],
    ]) {
      const refused = webhooks.create(owner, { url, events: ['credits.low'] });
      await expect(refused).rejects.toMatchObject({ code: 'request.invalid', errors: [{ path: 'url' }] });
    }
    outbound.onApplicationShutdown();
  });

  test('and their deliveries are their owner’s alone', async () => {
    const { owner, listen, join, webhooks, deliveries, happen, delivery } = await prepare();
    const endpoint = await listen(owner, '/mine', ['credits.granted']);
    await happen();
    const { id: deliveryId } = await delivery(owner, endpoint, 'delivered');
    const { actor: stranger } = await join();
    const other = await listen(stranger, '/theirs', ['credits.granted']);
    const admin = { ...stranger, role: 'admin' as const };

    for (const attempt of [
      () => webhooks.get(stranger, endpoint.id),
      () => webhooks.get(admin, endpoint.id),
      () => webhooks.update(stranger, endpoint.id, { enabled: false }),
      () => webhooks.rotate(stranger, endpoint.id, 0),
      () => webhooks.delete(admin, endpoint.id),
      () => deliveries.test(stranger, endpoint.id),
      () => deliveries.list(stranger, endpoint.id, { limit: 1 }),
      () => deliveries.get(stranger, endpoint.id, deliveryId),
      () => deliveries.replay(stranger, endpoint.id, deliveryId),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'webhooks.not_found' });
    }
    for (const attempt of [
      () => deliveries.get(stranger, other.id, deliveryId),
      () => deliveries.replay(stranger, other.id, deliveryId),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'webhooks.delivery_not_found' });
    }
    expect(await webhooks.get(owner, endpoint.id)).toMatchObject({ enabled: true });
  });

  test('take their deliveries along when they are deleted, and those that are a month old go by themselves', async () => {
    const { owner, listen, webhooks, happen, delivery, dataSource, get, clock } = await prepare();
    const gone = await listen(owner, '/gone', ['credits.granted']);
    await happen();
    await delivery(owner, gone, 'delivered');
    await webhooks.delete(owner, gone.id);
    await expect(webhooks.get(owner, gone.id)).rejects.toMatchObject({ code: 'webhooks.not_found' });
    const kept = await listen(owner, '/kept', ['credits.granted']);
    await happen();
    await delivery(owner, kept, 'delivered');

    expect(await get(OldDeliveries).prune()).toBe(1);
    expect(await dataSource.manager.count(WebhookAttempt)).toBe(1);
    clock.aheadMs += 29 * DAY_MS;
    expect(await get(OldDeliveries).prune()).toBe(0);
    clock.aheadMs += 2 * DAY_MS;
    expect(await get(OldDeliveries).prune()).toBe(1);
    expect([await dataSource.manager.count(WebhookAttempt), await dataSource.manager.count(WebhookDelivery)]).toEqual([
      0, 0,
    ]);
  });

  test('can not be used to flood a receiver with test messages', async () => {
    const { owner, listen, deliveries } = await prepare();
    const { id } = await listen(owner, '/flood', ['credits.low']);
    for (let press = 0; press < 30; press += 1) await deliveries.test(owner, id);

    await expect(deliveries.test(owner, id)).rejects.toMatchObject({ code: 'webhooks.throttled', kind: 'throttled' });
  });

  test('whose secret was lost with the master key say so, and go on with another one', async () => {
    const { owner, listen, webhooks, deliveries, delivery, dataSource } = await prepare();
    const { id } = await listen(owner, '/lost', ['credits.low']);
    const lost = { secretSealed: null, secretKeyVersion: null, secretLast4: null };
    await dataSource.manager.update(WebhookEndpoint, { id }, lost);
    expect(await webhooks.get(owner, id)).toMatchObject({ secret_last4: '' });
    await deliveries.test(owner, id);
    expect((await delivery(owner, { id }, 'failed')).attempts).toMatchObject([
      { error: 'The secret can’t be read any more. Rotate it.' },
    ]);

    await webhooks.rotate(owner, id, 60);
    await deliveries.test(owner, id);
    await delivery(owner, { id }, 'delivered');
  });
});
