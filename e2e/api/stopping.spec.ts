import type { Generation, MyCreations } from '@atelier/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { isFinished, readGeneration, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

/** Far shorter than a lease: whoever comes next must not have to wait for one to run out. */
const TAKEN_UP_MS = 10_000;
const FINISHED_MS = 60_000;

describe('work that is under way', () => {
  let server: Server;
  let admin: ApiClient;

  beforeEach(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterEach(() => server.dispose());

  it('is finished or put back when the server is told to stop, and lost by nobody', async () => {
    const [patient, busy] = [await createMember(server, admin, 4), await createMember(server, admin, 8)];
    // Soon done; longer than a server that stops will wait; not begun, as one person has no more than four at work.
    const [members, delays] = [
      [patient, busy, busy],
      [2_000, 20_000, 0],
    ];
    const generations: Generation[] = [];
    for (const [index, { client }] of members.entries()) {
      generations.push(await startImages(client, { prompt: `tide [mock:delay=${delays[index]}]`, count: 4 }));
      if (index < 2) await untilGeneration(client, generations[index]!.id, ({ status }) => status === 'running');
    }

    expect(await server.stop()).toMatchObject({ code: 0 });
    server = await server.restart();

    const [soon, long] = await Promise.all(
      generations.map(({ id }, index) => readGeneration(members[index]!.client, id)),
    );
    expect(soon).toMatchObject({ status: 'succeeded' });
    await untilGeneration(busy.client, long!.id, ({ status }) => status === 'running', TAKEN_UP_MS);
    for (const [index, { client }] of members.entries()) {
      const finished = await untilGeneration(client, generations[index]!.id, isFinished, FINISHED_MS);
      expect(finished).toMatchObject({ status: 'succeeded', credits: { quoted: 4, charged: 4 } });
    }
    expect(await balanceOf(patient.client)).toEqual({ available: 0, held: 0, consumed: 4, granted: 4 });
    expect(await balanceOf(busy.client)).toEqual({ available: 0, held: 0, consumed: 8, granted: 8 });
    await expectBooksInOrder(admin);
  });

  it('goes on when the client that waits for it goes away', async () => {
    const { client } = await createMember(server, admin, 5);
    const request = { prompt: 'a ferry [mock:delay=6000]', tier: 'standard' };
    const headers = { 'idempotency-key': 'ferry' };
    const leaving = new AbortController();
    const gone = client.post('/studio/generate', request, { headers, signal: leaving.signal });
    await until(async () => ((await balanceOf(client)).held === 1 ? true : undefined));
    leaving.abort();
    await expect(gone).rejects.toThrow();

    const answer = await client.post<Generation>('/studio/generate', request, { headers });

    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
    expect(answer.headers.get('x-attempts')).toBe('1');
    await download(server, answer.body.image_url!);
    const { body } = await client.get<MyCreations>('/studio/my-creations');
    expect(body.total).toBe(1);
    expect((await statementOf(client)).map(({ kind }) => kind).sort()).toEqual(['capture', 'grant', 'hold']);
    expect(await balanceOf(client)).toEqual({ available: 4, held: 0, consumed: 1, granted: 5 });
  });
});
