import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AuditPage,
  Delivery,
  DeliveryDetail,
  DeliveryPage,
  Generation,
  IssuedApiKey,
  IssuedWebhook,
  User,
  Webhook,
} from '@atelier/contracts';
import { FakeReceiver } from '../../backend/test/fakes/webhooks/fake-receiver.mjs';
import { type ApiClient, problemOf, signIn, withToken } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { Shop } from '../support/shop/shop.js';
import { until } from '../support/until.js';

const PROMPT = 'a canary that nobody tells of';

describe('webhooks', () => {
  let server: Server;
  let admin: ApiClient;
  let shop: Shop;
  let receiver: FakeReceiver;

  beforeAll(async () => {
    server = await startServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
    [admin, shop, receiver] = await Promise.all([signIn(server), Shop.open(), FakeReceiver.start()]);
  });

  afterAll(async () => {
    receiver.hangUp();
    await Promise.all([shop.close(), receiver.stop()]);
    await server.dispose();
  });

  async function listen(client: ApiClient, request: object): Promise<IssuedWebhook> {
    const { status, body } = await client.post<IssuedWebhook>('/webhooks', request);
    expect(status).toBe(201);
    return body;
  }

  const settled = (client: ApiClient, webhook: { id: string }, id: string): Promise<DeliveryDetail> =>
    until(async () => {
      const { body } = await client.get<DeliveryDetail>(`/webhooks/${webhook.id}/deliveries/${id}`);
      return body.status === 'pending' ? undefined : body;
    });

  it('tell a service account’s shop of a generation with a key, and forged, changed and old messages are refused', async () => {
    const account = await admin.post<User>('/admin/service-accounts', { name: 'Shop', credits: 5 });
    const wish = { name: 'Shop', scopes: ['generate', 'webhooks'], user_id: account.body.id };
    const { key } = (await admin.post<IssuedApiKey>('/api-keys', wish)).body;
    const program = withToken(server, key);
    const webhook = await listen(program, {
      url: shop.url,
      events: ['generation.succeeded', 'generation.failed', 'credits.low', 'credits.exhausted'],
    });
    await shop.trust(webhook.secret);

    const made = await program.post<Generation>('/studio/generate', { prompt: PROMPT, tier: 'standard', count: 2 });
    // Five credits are fewer than the ten of the settings already: no line is crossed.
    const seen = await shop.until(({ accepted }) => accepted.length === 1);
    const [message] = seen.accepted;
    expect(message?.message).toEqual({
      type: 'generation.succeeded',
      timestamp: expect.any(String),
      data: {
        ...{ generation_id: made.body.id, user_id: account.body.id },
        ...{ succeeded: 2, failed: 0, canceled: 0, credits_charged: 2 },
      },
    });
    expect(JSON.stringify(message)).not.toMatch(/canary|http:|image_url/);

    const { headers = {}, body = '' } = message ?? {};
    expect(await shop.tell(headers, body)).toBe(204);
    expect(await shop.tell(headers, body.replace('"succeeded":2', '"succeeded":9'))).toBe(400);
    expect(await shop.tell({ ...headers, 'webhook-id': `msg_${'0'.repeat(32)}` }, body)).toBe(400);
    const longAgo = String(Number(headers['webhook-timestamp']) - 600);
    expect(await shop.tell({ ...headers, 'webhook-timestamp': longAgo }, body)).toBe(400);
    const after = await shop.seen();
    expect([after.accepted.length, after.repeated, after.refused.length]).toEqual([1, [message?.id], 3]);

    const detail = await settled(program, webhook, message?.id ?? '');
    expect(detail).toMatchObject({ status: 'delivered', attempts: [{ status_code: 204 }], request: { body } });
    expect(JSON.stringify(detail)).not.toContain(webhook.secret.slice(6));
  });

  it('are signed with both secrets during a rotation, and a receiver with the wrong one refuses them', async () => {
    const { client } = await createMember(server, admin, 0);
    const first = await listen(client, { url: shop.url, events: ['credits.granted'] });
    const rotated = await client.post<IssuedWebhook>(`/webhooks/${first.id}/rotate`, { grace_seconds: 60 });
    expect(rotated.status).toBe(201);
    const press = async (): Promise<DeliveryDetail> => {
      const { status, body } = await client.post<Delivery>(`/webhooks/${first.id}/test`);
      expect([status, body.event_type, body.is_test]).toEqual([202, 'webhook.test', true]);
      return settled(client, first, body.id);
    };

    for (const { secret } of [first, rotated.body]) {
      await shop.trust(secret);
      expect((await press()).status).toBe('delivered');
    }
    const ended = await client.post<IssuedWebhook>(`/webhooks/${first.id}/rotate`, { grace_seconds: 0 });
    expect(ended.body.previous_secret_expires_at).toBeNull();
    expect(await press()).toMatchObject({ status: 'failed', attempts: [{ status_code: 400 }] });
    await shop.trust(ended.body.secret);
    expect((await press()).status).toBe('delivered');
  });

  it('arrive at once although others hang, and are waited for ten seconds at most', async () => {
    const slow = await createMember(server, admin, 0);
    const quick = await createMember(server, admin, 0);
    for (const manner of ['hang', 'drip']) {
      receiver.behave(`/${manner}`, manner);
      await listen(slow.client, { url: receiver.url(`/${manner}`), events: ['credits.granted'] });
    }
    const dripping = (await slow.client.get<{ data: Webhook[] }>('/webhooks')).body.data[0]!;
    const grant = (id: number) => admin.post('/admin/credits/grants', { user_id: id, amount: 1, reason: 'test' });
    for (let event = 0; event < 4; event += 1) await grant(slow.id);
    await receiver.until('/hang', 2);
    const startedAt = performance.now();
    await listen(quick.client, { url: receiver.url('/quick'), events: ['credits.granted'] });
    await grant(quick.id);
    await receiver.until('/quick', 1);
    // Whoever waits for none of the others needs a fraction of that.
    expect(performance.now() - startedAt).toBeLessThan(9_000);

    const { data } = (await slow.client.get<DeliveryPage>(`/webhooks/${dripping.id}/deliveries`)).body;
    const first = data.at(-1)!;
    const detail = await until(async () => {
      const { body } = await slow.client.get<DeliveryDetail>(`/webhooks/${dripping.id}/deliveries/${first.id}`);
      return body.attempts.length > 0 ? body : undefined;
    });
    expect(detail).toMatchObject({
      status: 'pending',
      attempts: [{ status_code: null, error: 'No whole answer within 10 seconds.' }],
    });
    expect(detail.attempts[0]?.duration_ms).toBeLessThan(20_000);
    for (const path of ['/hang', '/drip']) receiver.behave(path, 'thank');
    receiver.hangUp();
  });

  it('go to no private address but those that are allowed, and are on record with secrets as "changed"', async () => {
    const { client, id } = await createMember(server, admin, 0);
    for (const url of [
      'http://10.0.0.1/',
      'https://192.168.1.1/',
      'https://[::ffff:10.0.0.1]/',
      'http://169.254.169.254/',
    ]) {
      const refused = await client.post('/webhooks', { url, events: ['credits.low'] });
      expect([url, refused.status, problemOf(refused).errors?.[0]?.path]).toEqual([url, 422, 'url']);
    }
    for (const url of [
      'ftp://shop.example/',
      'https://me:secret@shop.example/',
      'https://shop.example/#there',
      'shop',
    ]) {
      const refused = await client.post('/webhooks', { url, events: ['credits.low'] });
      expect([url, refused.status]).toEqual([url, 422]);
    }
    const webhook = await listen(client, { url: shop.url, events: ['credits.low'], description: 'Mine' });
    await client.patch(`/webhooks/${webhook.id}`, { enabled: false });
    await client.post(`/webhooks/${webhook.id}/rotate`, {});
    expect((await client.delete(`/webhooks/${webhook.id}`)).status).toBe(204);
    expect((await client.get(`/webhooks/${webhook.id}`)).status).toBe(404);

    const query = { target_type: 'webhook', target_id: webhook.id };
    const { data } = (await admin.get<AuditPage>('/admin/audit-log', { query })).body;
    expect(data.map(({ action, actor }) => [action, actor?.id])).toEqual(
      ['delete', 'rotate', 'change', 'create'].map((deed) => [`webhook.${deed}`, id]),
    );
    expect(JSON.stringify(data)).not.toContain('whsec_');
    expect(data.at(-1)?.after).toMatchObject({ url: shop.url, secret: 'changed', events: ['credits.low'] });
  });
});
