import type { Generation, Grant, MyCreations } from '@atelier/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { signIn } from '../support/api-client.js';
import { isFinished, readGeneration, startImages, untilGeneration } from '../support/generations.js';
import { endLeases } from '../support/leases.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

const FINISHED_MS = 60_000;

describe('a server that dies', () => {
  let server: Server;

  afterEach(() => server.dispose());

  it('loses no generation and no credit, whether it was at work or had not begun', async () => {
    server = await startServer();
    const admin = await signIn(server);
    const { client } = await createMember(server, admin, 40);
    const atWork = await startImages(client, { prompt: 'at work [mock:delay=3000]', count: 8 });
    await untilGeneration(client, atWork.id, ({ status }) => status === 'running');
    const waiting = await startImages(client, { prompt: 'not begun', count: 8 });
    const failing = await startImages(client, { prompt: 'failing [mock:fail=timeout]', count: 2 });
    await server.kill();
    await endLeases(server);

    server = await server.restart();

    const [first, second, third] = await Promise.all(
      [atWork, waiting, failing].map(({ id }) => untilGeneration(client, id, isFinished, FINISHED_MS)),
    );
    expect(first).toMatchObject({ status: 'succeeded', credits: { quoted: 8, charged: 8 } });
    expect(second).toMatchObject({ status: 'succeeded', credits: { quoted: 8, charged: 8 } });
    expect(third).toMatchObject({ status: 'failed', credits: { quoted: 2, charged: 0 } });
    expect(await balanceOf(client)).toEqual({ available: 24, held: 0, consumed: 16, granted: 40 });
    const kinds = (await statementOf(client)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'capture')).toHaveLength(16);
    expect(kinds.filter((kind) => kind === 'release')).toHaveLength(2);
    const { body } = await client.get<MyCreations>('/studio/my-creations', { query: { limit: 100 } });
    expect(body.total).toBe(16);
    for (const { image_url, bytes } of body.images) expect((await download(server, image_url)).bytes).toBe(bytes);
    await expectBooksInOrder(admin);
  }, 120_000);

  it('still has everything that it had answered for when it dies among many who write at once', async () => {
    server = await startServer({ database: 'sqlite' });
    const { id: userId, client, email, password } = await createMember(server, await signIn(server), 0);
    const answered = new Set<string>();
    for (let life = 1; life <= 3; life += 1) {
      const admin = await signIn(server);
      const enough = answered.size + 60 * life;
      const grant = async (): Promise<void> => {
        while (answered.size < enough) {
          const body = { user_id: userId, amount: 1, reason: 'One of many' };
          const { status, body: grant } = await admin.post<Grant>('/admin/credits/grants', body);
          if (status === 201) answered.add(grant.id);
        }
      };
      // Whoever was not answered any more must not rely on anything; the first who is done ends it for all.
      const everybody = Array.from({ length: 32 }, grant);
      await Promise.race(everybody);
      await server.kill();
      await Promise.allSettled(everybody);
      server = await server.restart();
    }

    const member = await signIn(server, { email, password });
    const kept = new Set((await statementOf(member)).map(({ id }) => id));
    expect([...answered].filter((id) => !kept.has(id))).toEqual([]);
    expect(await balanceOf(client)).toMatchObject({ available: kept.size, granted: kept.size });
    await expectBooksInOrder(await signIn(server));
  }, 120_000);

  it('gives up after three attempts that were cut short, and gives the credits back', async () => {
    // Embedded, where the next process knows at once that the last one is dead.
    server = await startServer({ database: 'sqlite' });
    const admin = await signIn(server);
    const { client } = await createMember(server, admin, 5);
    const { id } = await startImages(client, { prompt: 'never ready [mock:delay=300000]' });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await untilGeneration(client, id, ({ status }) => status === 'running');
      expect(await balanceOf(client)).toMatchObject({ available: 4, held: 1 });
      await server.waitForLog(/Listening on/);
      await server.kill();
      server = await server.restart();
    }
    const given = await untilGeneration(client, id, isFinished);
    expect(given).toMatchObject({ status: 'failed', error: { code: 'studio.interrupted', charged: false } });
    expect(await balanceOf(client)).toEqual({ available: 5, held: 0, consumed: 0, granted: 5 });
    await expectBooksInOrder(admin);
  });

  it('finishes what it is doing when it is asked to stop, and begins nothing new', async () => {
    server = await startServer();
    const admin = await signIn(server);
    const { client } = await createMember(server, admin, 20);
    const atWork = await startImages(client, { prompt: 'nearly there [mock:delay=5000]', count: 2 });
    await untilGeneration(client, atWork.id, ({ status }) => status === 'running');
    await server.stop();

    server = await server.restart();

    const finished = await readGeneration(client, atWork.id);
    expect(finished).toMatchObject({ error: null, status: 'succeeded', credits: { charged: 2 } });
    expect(await balanceOf(client)).toEqual({ available: 18, held: 0, consumed: 2, granted: 20 });
  });

  it('does not let somebody who waits hold it up, and goes on with the work afterwards', async () => {
    server = await startServer();
    const admin = await signIn(server);
    const { client } = await createMember(server, admin, 5);
    const body = { prompt: 'not ready for long [mock:delay=300000]', tier: 'standard' };
    const waiting = client.post<Generation>('/studio/generate', body);
    await until(async () => ((await balanceOf(client)).held > 0 ? true : undefined));
    const [{ code }, answer] = await Promise.all([server.stop(), waiting]);
    expect(code).toBe(0);
    expect(answer.status).toBe(202);

    server = await server.restart();

    await untilGeneration(client, answer.body.id, ({ status }) => status === 'running');
    await client.post(`/studio/generations/${answer.body.id}/cancel`);
    expect(await balanceOf(client)).toEqual({ available: 5, held: 0, consumed: 0, granted: 5 });
  });
});
