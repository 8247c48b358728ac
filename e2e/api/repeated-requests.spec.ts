import type { Generation } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, problemOf, signIn } from '../support/api-client.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { rounds } from '../support/run-length.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectNothingMoved } from '../support/standing.js';

describe('a generate request with an Idempotency-Key', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  const ask = (client: ApiClient, key: string, body: object = {}) =>
    client.post<Generation>(
      '/studio/generate',
      { prompt: 'a repeated wish', tier: 'standard', ...body },
      { headers: { 'idempotency-key': key } },
    );

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = await createMember(server, admin, 100);
  });

  afterAll(() => server.dispose());

  it('is carried out once when it is repeated', async () => {
    const first = await ask(member.client, 'once');
    const again = await ask(member.client, 'once');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await balanceOf(member.client)).toMatchObject({ available: 99, consumed: 1 });
  });

  it.each(rounds(2))('is carried out once when fifty come at the same moment (%d)', async (round) => {
    const { available } = await balanceOf(member.client);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(member.client, `fifty ${round}`)));
    const accepted = answers.filter(({ status }) => status < 300);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map(({ body }) => body.id)).size).toBe(1);
    // Who comes while the first is at work may be asked to come back.
    for (const answer of answers.filter(({ status }) => status >= 300)) expect(problemOf(answer).status).toBe(409);
    expect((await balanceOf(member.client)).available).toBe(available - 1);
  });

  it('is refused when the key was used for another request', async () => {
    await ask(member.client, 'other body');
    const { available } = await balanceOf(member.client);
    expectProblem(
      await ask(member.client, 'other body', { prompt: 'another wish' }),
      422,
      'request.idempotency_conflict',
    );
    expect((await balanceOf(member.client)).available).toBe(available);
  });

  it('is another request under the same key of somebody else', async () => {
    const other = await createMember(server, admin, 10);
    const [mine, theirs] = [await ask(member.client, 'shared'), await ask(other.client, 'shared')];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect((await balanceOf(other.client)).consumed).toBe(1);
  });

  it.each(['', '1'.repeat(256), 'a\tb'])('is refused under the key "%s"', async (key) => {
    await expectNothingMoved(member.client, async () => {
      expectProblem(await ask(member.client, key), 422, 'request.invalid');
    });
  });

  it('may be repeated after it was refused', async () => {
    const poor = await createMember(server, admin, 0);
    expectProblem(await ask(poor.client, 'later'), 402, 'credits.insufficient');
    await admin.post('/admin/credits/grants', { user_id: poor.id, amount: 1, reason: 'Now' });
    expect((await ask(poor.client, 'later')).status).toBe(201);
  });
});
