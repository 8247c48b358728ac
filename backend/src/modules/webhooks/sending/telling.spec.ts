import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { WebhookMessage } from '@atelier/contracts';
import { Webhook } from 'standardwebhooks';
import { FakeReceiver } from '../../../../test/fakes/webhooks/fake-receiver.mjs';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { OutboxMessage } from '../../../platform/outbox/index.js';
import { WebhookDelivery } from '../deliveries/webhook-delivery.entity.js';
import { openWebhooks } from '../testing/open-webhooks.js';
import { DeliveryRelay } from './delivery-relay.js';

const messageOf = ({ body }: { body: string }): WebhookMessage => WebhookMessage.parse(JSON.parse(body));

describeAppOnEveryDatabase('Webhooks', (start) => {
  let receiver: FakeReceiver;

  beforeAll(async () => {
    receiver = await FakeReceiver.start();
  });

  afterEach(() => {
    receiver.hangUp();
    receiver.received = [];
  });

  afterAll(() => receiver.stop());

  test('tell how a generation ended, signed so that the official library accepts it, in ids and numbers alone', async () => {
    const { join, listen, delivery } = await openWebhooks(start, receiver);
    const member = await join();
    const endpoint = await listen(member.actor, '/ends', ['generation.succeeded']);
    const generationId = await member.submit('a secret harbour');
    const [message] = await receiver.until('/ends', 1);

    const verified = new Webhook(endpoint.secret).verify(message?.body ?? '', message?.headers ?? {});
    expect(verified).toEqual({
      type: 'generation.succeeded',
      timestamp: expect.stringMatching(/^\d{4}-/),
      data: {
        ...{ generation_id: generationId, user_id: member.id },
        ...{ succeeded: 1, failed: 0, canceled: 0, credits_charged: 1 },
      },
    });
    expect(message?.headers['content-type']).toBe('application/json');
    const detail = await delivery(member.actor, endpoint, 'delivered');
    expect(detail).toMatchObject({ id: message?.headers['webhook-id'], next_attempt_at: null, is_test: false });
    expect(detail.attempts).toMatchObject([{ status_code: 204, error: null, response_excerpt: '' }]);
    expect(detail.request).toEqual({
      url: endpoint.url,
      headers: expect.objectContaining({ 'webhook-signature': message?.headers['webhook-signature'] }),
      body: message?.body,
    });
  });

  test('tell of each end only what was asked for, and everything once', async () => {
    const { join, listen, dataSource } = await openWebhooks(start, receiver);
    const member = await join();
    await listen(member.actor, '/all', ['generation.failed', 'generation.canceled', 'generation.partially_succeeded']);
    await listen(member.actor, '/failures', ['generation.failed']);
    const stranger = await join();

    await member.finished(await member.submit('a harbour'));
    await stranger.finished(await stranger.submit('refused [mock:fail=content_rejected]')).catch(() => undefined);
    const failed = await member.submit('refused [mock:fail=content_rejected]', 2);
    const canceled = await member.submit('never ready [mock:delay=300000]', 2);
    await member.cancel(canceled);
    const messages = (await receiver.until('/all', 2)).map(messageOf);
    await receiver.until('/failures', 1);

    expect(new Map(messages.map(({ type, data }) => [type, data]))).toEqual(
      new Map([
        ['generation.failed', expect.objectContaining({ generation_id: failed, failed: 2, credits_charged: 0 })],
        ['generation.canceled', expect.objectContaining({ generation_id: canceled, canceled: 2 })],
      ]),
    );
    expect(receiver.at('/failures').map(messageOf)).toMatchObject([{ data: { generation_id: failed } }]);
    expect(await dataSource.manager.count(WebhookDelivery)).toBe(3);
    expect(await dataSource.manager.count(OutboxMessage)).toBe(0);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(3);
  });

  test('tell of credits: of each grant, and of each line once until credits have risen above it again', async () => {
    const { join, listen } = await openWebhooks(start, receiver);
    const member = await join();
    await member.grant(3);
    await listen(member.actor, '/credits', ['credits.granted', 'credits.low', 'credits.exhausted']);

    // 13 are there; the line is at 10.
    for (const amount of [-3, -1, -1, 5, -5, -8]) await member.grant(amount);
    const messages = (await receiver.until('/credits', 4)).map(messageOf);

    expect(messages.map(({ type, data }) => [type, 'available' in data && data.available]).sort()).toEqual([
      ['credits.exhausted', 0],
      ['credits.granted', 13],
      ['credits.low', 8],
      ['credits.low', 9],
    ]);
  });

  test('write nothing down for people whom nobody asks about', async () => {
    const { join, dataSource } = await openWebhooks(start, receiver);
    const member = await join();
    await member.finished(await member.submit());

    expect(await dataSource.manager.count(OutboxMessage)).toBe(0);
    expect(await dataSource.manager.count(WebhookDelivery)).toBe(0);
  });

  test('are each made once, however many processes take them over at the same time', async () => {
    const { join, listen, dataSource, get } = await openWebhooks(start, receiver);
    const member = await join();
    const { id: subscriberId } = await listen(member.actor, '/many', ['credits.granted']);
    const message = {
      subscriberId,
      userId: member.id,
      eventType: 'credits.granted',
      data: '{}',
      createdAt: 1,
    } as const;
    await dataSource.manager.insert(
      OutboxMessage,
      Array.from({ length: 150 }, () => ({ ...message })),
    );

    await Promise.all([1, 2, 3].map(() => get(DeliveryRelay).relay()));

    expect(await dataSource.manager.count(OutboxMessage)).toBe(0);
    expect(await dataSource.manager.count(WebhookDelivery)).toBe(150);
  });
});
