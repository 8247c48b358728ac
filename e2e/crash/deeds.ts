import { randomUUID } from 'node:crypto';
import type { Balance, CreatedUser, GenerateRequest, Generation, Grant } from '@atelier/contracts';
import { expect } from '@jest/globals';
import { type Answer, type ApiClient, problemOf } from '../support/api-client.js';
import { isFinished, startImages, untilGeneration } from '../support/generations.js';
import { openRaw } from './audit/records.js';
import type { DeedName } from './points.js';
import type { CrashableServer } from './crashable-server.js';

/** Something that is asked of the product and in the middle of which it dies. */
export interface Deed {
  /** Has the process killed at the boundary while it does the work. */
  dieAt(at: string): Promise<void>;
  /** After the restart: asks again where an answer is missing, and checks that it was done once and wholly. */
  settle(): Promise<void>;
}

/** Those who ask; their clients stay good across restarts. */
export interface People {
  readonly admin: ApiClient;
  readonly member: ApiClient;
  readonly memberId: number;
}

type NewDeed = (server: CrashableServer, people: People) => Promise<Deed>;

/** Long enough to be still at work when the process dies. */
const ENDLESS = 'never ready [mock:delay=300000]';

export const DEEDS: Record<DeedName, NewDeed> = {
  generate: (server, people) => generation(server, people, 'a quiet harbour', { status: 'succeeded', charged: 1 }),
  ask: (server, people) =>
    generation(server, people, 'a quiet harbour', { status: 'succeeded', charged: 1 }, { provider: 'openai' }),
  // Refused once and then delivered.
  retry: (server, people) =>
    generation(server, people, 'try again', { status: 'succeeded', charged: 1 }, { provider: 'openai' }),
  // Placed in a queue of the vendor's, and looked after until it is done.
  order: (server, people) =>
    generation(server, people, 'a quiet harbour', { status: 'succeeded', charged: 1 }, { provider: 'huggingface' }),
  fail: (server, people) =>
    generation(server, people, 'refused [mock:fail=content_rejected]', { status: 'failed', charged: 0 }),
  cancel,
  grant,
  newUser,
  giveUp: (server, people) =>
    leftBehind(
      server,
      people,
      (item) =>
        `UPDATE generation_item SET attempts = max_attempts, fence = max_attempts, lease_until = 1 WHERE id = '${item}'`,
    ),
  overdue: (server, people) =>
    leftBehind(server, people, (item) => `UPDATE credit_hold SET hard_expires_at = 1 WHERE item_id = '${item}'`),
};

async function generation(
  server: CrashableServer,
  { member }: People,
  prompt: string,
  end: { status: Generation['status']; charged: number },
  wish: Partial<GenerateRequest> = {},
): Promise<Deed> {
  const headers = { 'idempotency-key': randomUUID(), prefer: 'respond-async' };
  const send = () => member.post<Generation>('/studio/generate', { prompt, tier: 'standard', ...wish }, { headers });
  const before = await balanceOf(member);
  let acknowledged: Answer<Generation> | undefined;
  return {
    async dieAt(at) {
      acknowledged = await server.dieAt(at, send);
      if (acknowledged) expect(acknowledged.status).toBe(202);
    },
    async settle() {
      const again = await send();
      const id = again.status < 300 ? again.body.id : problemOf(again).generation_id!;
      if (acknowledged) expect(id).toBe(acknowledged.body.id);
      const finished = await untilGeneration(member, id, isFinished);
      expect(finished).toMatchObject({ status: end.status, credits: { quoted: 1, charged: end.charged } });
      const after = await balanceOf(member);
      expect(after).toEqual({
        ...before,
        available: before.available - end.charged,
        consumed: before.consumed + end.charged,
      });
    },
  };
}

async function cancel(server: CrashableServer, { member }: People): Promise<Deed> {
  const before = await balanceOf(member);
  const { id } = await startImages(member, { prompt: ENDLESS, count: 2 });
  await untilGeneration(member, id, ({ status }) => status === 'running');
  const send = () => member.post<Generation>(`/studio/generations/${id}/cancel`);
  return {
    async dieAt(at) {
      await server.dieAt(at, send);
    },
    async settle() {
      expect(await send()).toMatchObject({ status: 200, body: { status: 'canceled', credits: { charged: 0 } } });
      expect(await balanceOf(member)).toEqual(before);
    },
  };
}

async function grant(server: CrashableServer, { admin, member, memberId }: People): Promise<Deed> {
  const before = await balanceOf(member);
  const body = { user_id: memberId, amount: 7, reason: 'A present' };
  const headers = { 'idempotency-key': randomUUID() };
  const send = () => admin.post<Grant>('/admin/credits/grants', body, { headers });
  let acknowledged: Answer<Grant> | undefined;
  return {
    async dieAt(at) {
      acknowledged = await server.dieAt(at, send);
    },
    async settle() {
      const again = await send();
      expect(again.status).toBe(201);
      if (acknowledged) expect(again.body.id).toBe(acknowledged.body.id);
      expect((await send()).body.id).toBe(again.body.id);
      const after = await balanceOf(member);
      expect(after).toEqual({ ...before, available: before.available + 7, granted: before.granted + 7 });
    },
  };
}

async function newUser(server: CrashableServer, { admin }: People): Promise<Deed> {
  const email = `${randomUUID()}@atelier.test`;
  const body = { email, name: 'Newcomer', role: 'member', password: 'lantern-velvet-38-orchard', credits: 5 };
  const send = () => admin.post<CreatedUser>('/admin/users', body);
  return {
    async dieAt(at) {
      await server.dieAt(at, send);
    },
    async settle() {
      const again = await send();
      // Made before the process died, or now; the audit sees to it that there is an account and one first grant.
      expect([201, 409]).toContain(again.status);
      expect((await send()).status).toBe(409);
    },
  };
}

/** An item that a dead process left behind, changed so that the caretaker of the next one has to settle it. */
async function leftBehind(
  server: CrashableServer,
  { member }: People,
  tamper: (itemId: string) => string,
): Promise<Deed> {
  const before = await balanceOf(member);
  const { id } = await startImages(member, { prompt: ENDLESS });
  await untilGeneration(member, id, ({ status }) => status === 'running');
  return {
    async dieAt(at) {
      await server.kill();
      const database = await openRaw(server.installation);
      const [item] = (await database.rows(`SELECT id FROM generation_item WHERE generation_id = '${id}'`)) as {
        id: string;
      }[];
      await database.run(tamper(item!.id));
      await database.close();
      await server.dieInTheNextStart(at);
    },
    async settle() {
      const finished = await untilGeneration(member, id, isFinished);
      expect(finished).toMatchObject({ status: 'failed', credits: { charged: 0 }, error: { charged: false } });
      expect(await balanceOf(member)).toEqual(before);
    },
  };
}

/** The balance, which may change while the thumbnails of the last picture are still made, but not by them. */
async function balanceOf(client: ApiClient): Promise<Balance> {
  const answer = await client.get<Balance>('/credits/balance');
  expect(answer.status).toBe(200);
  return answer.body;
}
