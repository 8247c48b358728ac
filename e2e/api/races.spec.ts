import type { Generation, GenerateRequest } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type ApiClient, problemOf, signIn } from '../support/api-client.js';
import { isFinished, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { rounds } from '../support/run-length.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';

const AT_ONCE = 50;
const REPEATED = rounds(3);

describe('fifty requests at the same moment', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(async () => {
    await expectBooksInOrder(admin);
    await server.dispose();
  });

  const ask = (client: ApiClient, key: string, wish: Partial<GenerateRequest> = {}) =>
    client.post<Generation>(
      '/studio/generate',
      { prompt: 'wanted at once', tier: 'standard', ...wish },
      { headers: { 'idempotency-key': key, prefer: 'respond-async' } },
    );
  const acceptedIds = (answers: readonly Answer<Generation>[]): string[] =>
    answers.filter(({ status }) => status < 300).map(({ body }) => body.id);

  it.each(REPEATED)('with two bodies under one key: one body wins, the other is refused (%d)', async () => {
    const { client } = await createMember(server, admin, 10);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, number) => ask(client, 'one key', { prompt: `wish ${number % 2}` })),
    );
    expect(new Set(acceptedIds(answers)).size).toBe(1);
    const winner = answers.findIndex(({ status }) => status < 300) % 2;
    for (const [number, answer] of answers.entries()) {
      if (answer.status < 300) expect(number % 2).toBe(winner);
      else
        expect(problemOf(answer)).toMatchObject({ status: 422, code: 'request.idempotency_conflict', charged: false });
    }
    expect(await balanceOf(client)).toMatchObject({ granted: 10, available: 9 });
  });

  it.each(REPEATED)('under one key in two sessions of one person and one of another (%d)', async () => {
    const [person, other] = [await createMember(server, admin, 10), await createMember(server, admin, 10)];
    const again = await signIn(server, { email: person.email, password: person.password });
    const callers = [person.client, again, other.client];
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE + 1 }, (_, number) => ask(callers[number % 3]!, 'shared key')),
    );
    // The last may be read when the image is there already, and are told of that: 201, as whoever had waited for it.
    const isPromised = ({ status, body }: Answer<Generation>) => status === (body.completed_at === null ? 202 : 201);
    expect(answers.filter((answer) => !isPromised(answer))).toEqual([]);
    const answersTo = (indexes: number[]) => answers.filter((_, number) => indexes.includes(number % 3));
    const idsOf = (indexes: number[]) => new Set(answersTo(indexes).map(({ body }) => body.id));
    expect([idsOf([0, 1]).size, idsOf([2]).size, idsOf([0, 1, 2]).size]).toEqual([1, 1, 2]);
    for (const indexes of [[0, 1], [2]]) {
      const firsts = answersTo(indexes).filter(({ headers }) => !headers.has('idempotent-replayed'));
      expect(firsts).toHaveLength(1);
    }
    for (const { client } of [person, other]) expect((await balanceOf(client)).available).toBe(9);
  });

  it.each(REPEATED)('that grant, revoke and buy leave no credit unaccounted for (%d)', async () => {
    const { client, id } = await createMember(server, admin, 20);
    const amounts = { grant: 3, revoke: -2 };
    const move = (kind: keyof typeof amounts) =>
      admin.post('/admin/credits/grants', { user_id: id, amount: amounts[kind], reason: 'Back and forth' });
    const wish = { prompt: 'refused [mock:fail=content_rejected]' };
    const buys: Promise<Answer<Generation>>[] = [];
    const moves = Array.from({ length: AT_ONCE }, (_, number) => {
      if (number % 3 === 0) buys.push(ask(client, `buy ${number}`, wish));
      return move(number % 2 === 0 ? 'grant' : 'revoke');
    });
    const moved = await Promise.all(moves);
    const ids = acceptedIds(await Promise.all(buys));
    for (const generation of ids) await untilGeneration(client, generation, isFinished);
    const done = (parity: number) =>
      moved.filter(({ status }, number) => status === 201 && number % 2 === parity).length;
    const balance = await balanceOf(client);
    expect(balance).toMatchObject({ held: 0, consumed: 0 });
    // A revocation takes what is available and may find less than it wants.
    expect(balance.granted).toBeGreaterThanOrEqual(20 + 3 * done(0) - 2 * done(1));
    expect(balance.available).toBe(balance.granted);
  });
});

describe('while images are made', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  it('a changed price, a provider that is switched off and a disabled person change nothing about the charge', async () => {
    const member = await createMember(server, admin, 40);
    const wish = { prompt: 'under way [mock:delay=1000]', count: 8 };
    const started = await Promise.all([startImages(member.client, wish), startImages(member.client, wish)]);
    await changeSettings(admin, { credit_price_standard: '17', provider_mock_enabled: 'false' });
    const disabled = await admin.patch(`/admin/users/${member.id}`, { status: 'disabled' });
    expect(disabled.status).toBe(200);
    expect((await member.client.get('/credits/balance')).status).toBe(401);

    // Nobody can look while the person is locked out; afterwards everything must have come to its end.
    expect((await admin.patch(`/admin/users/${member.id}`, { status: 'active' })).status).toBe(200);
    const client = await signIn(server, { email: member.email, password: member.password });
    for (const { id } of started) {
      const finished = await untilGeneration(client, id, isFinished);
      expect(finished).toMatchObject({ status: 'succeeded', credits: { quoted: 8, charged: 8 } });
    }
    expect(await balanceOf(client)).toEqual({ available: 24, held: 0, consumed: 16, granted: 40 });
    await changeSettings(admin, { credit_price_standard: '1', provider_mock_enabled: 'true' });
    await expectBooksInOrder(admin);
  });
});

describe('a server with the smallest pool of connections', () => {
  it('answers a hundred requests of every path at once, and none of them hangs', async () => {
    const server = await startServer({ env: { DATABASE_POOL_SIZE: '3' } });
    try {
      const admin = await signIn(server);
      const member = await createMember(server, admin, 100);
      const { id } = await startImages(member.client, { prompt: 'to look at' });
      await untilGeneration(member.client, id, isFinished);
      const wish = { prompt: 'one of many', tier: 'standard' };
      const grant = { user_id: member.id, amount: 1, reason: 'One of many' };
      const paths: ((number: number) => Promise<Answer<unknown>>)[] = [
        () => member.client.post('/studio/generate', wish, { headers: { prefer: 'wait=1' } }),
        (number) =>
          member.client.post('/studio/generate', wish, {
            headers: { prefer: 'respond-async', 'idempotency-key': `pool ${number}` },
          }),
        () => member.client.get(`/studio/generations/${id}`),
        () => member.client.post(`/studio/generations/${id}/cancel`),
        () => member.client.get('/studio/options'),
        () => member.client.get('/studio/my-creations'),
        () => member.client.get('/credits/balance'),
        () => member.client.get('/credits/entries'),
        () => member.client.get('/gallery/images'),
        (number) => admin.post('/admin/credits/grants', grant, { headers: { 'idempotency-key': `pool ${number}` } }),
        () => admin.get('/admin/users'),
        () => admin.get('/admin/studio/settings'),
        () => admin.get('/admin/credits/audit'),
        () => admin.put('/admin/studio/settings', { initial_credits: '7' }),
      ];
      const answers = await Promise.all(
        Array.from({ length: 7 * paths.length + 2 }, (_, number) => paths[number % paths.length]!(number)),
      );
      expect(answers.length).toBeGreaterThanOrEqual(100);
      for (const { status } of answers) expect([200, 201, 202]).toContain(status);
    } finally {
      await server.dispose();
    }
  });
});
