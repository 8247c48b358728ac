import { randomUUID } from 'node:crypto';
import type { IssuedWebhook } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { createMember, type Member } from '../support/members.js';
import { IS_LONG_RUN } from '../support/run-length.js';
import { type Seen, Shop } from '../support/shop/shop.js';
import { CrashableServer } from './crashable-server.js';

/** Where the process is killed: with the message in the outbox, taken out of it, sent, and answered but not written down. */
const POINTS = [
  { at: 'grant/insert:outbox_message/after', isRepeated: false },
  { at: 'grant/commit/after', isRepeated: false },
  { at: '?/delete:outbox_message/after', isRepeated: false },
  { at: '?/insert:webhook_delivery/after', isRepeated: false },
  { at: 'request/POST /hooks/sent', isRepeated: null },
  { at: '?/update:webhook_endpoint/before', isRepeated: true },
  { at: '?/insert:webhook_attempt/after', isRepeated: true },
];

const SHORT_RUN = ['?/insert:webhook_delivery/after', '?/update:webhook_endpoint/before'];

describe('a process that tells of an event', () => {
  let server: CrashableServer;
  let shop: Shop;
  let admin: ApiClient;
  let member: Member;

  beforeAll(async () => {
    server = await CrashableServer.start(databaseUnderTest(), { WEBHOOK_ALLOW: '127.0.0.1' });
    shop = await Shop.open();
    admin = await signIn(server);
    member = await createMember(server.current, admin, 0);
    const wish = { url: shop.url, events: ['credits.granted'] };
    await shop.trust((await member.client.post<IssuedWebhook>('/webhooks', wish)).body.secret);
  });

  afterAll(async () => {
    await server.dispose();
    await shop.close();
  });

  const idsOf = ({ accepted }: Seen): Set<string> => new Set(accepted.map(({ id }) => id));

  it.each(POINTS.filter(({ at }) => IS_LONG_RUN || SHORT_RUN.includes(at)))(
    'killed at $at, tells of it under one id',
    async ({ at, isRepeated }) => {
      const before = await shop.seen();
      const headers = { 'idempotency-key': randomUUID() };
      const body = { user_id: member.id, amount: 1, reason: 'test' };
      const grant = () => admin.post('/admin/credits/grants', body, { headers });

      await server.dieAt(at, grant);
      await server.restart();
      expect((await grant()).status).toBe(201);
      const isTold = ({ accepted, repeated }: Seen): boolean =>
        accepted.length > before.accepted.length && (!isRepeated || repeated.length > before.repeated.length);
      await shop.until(isTold);
      // Whatever else there is to tell is told before this.
      await server.current.stop();

      const after = await shop.seen();
      expect(idsOf(after).size).toBe(before.accepted.length + 1);
      expect(after.refused).toEqual([]);
      if (isRepeated !== null) expect(after.repeated.length - before.repeated.length).toBe(isRepeated ? 1 : 0);
      await server.restart();
    },
  );
});
