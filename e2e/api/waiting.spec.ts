import type { Generation, LedgerEntryPage } from '@atelier/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { isFinished, makeImages, readGeneration, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

const SLOW = { prompt: 'a slow river [mock:delay=300000]', tier: 'standard' } as const;

describe('a generation that takes its time', () => {
  let server: Server;
  let admin: ApiClient;
  let client: ApiClient;

  const cancel = (id: string) => client.post<Generation>(`/studio/generations/${id}/cancel`);
  const isRunning = ({ status }: Generation) => status === 'running';
  const kindsOf = async (id: string) =>
    (await statementOf(client)).filter(({ generation_id }) => generation_id === id).map(({ kind }) => kind);

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  beforeEach(async () => {
    ({ client } = await createMember(server, admin, 100));
  });

  afterAll(() => server.dispose());

  it('is accepted at once when the caller prefers not to wait, and found at its Location', async () => {
    const headers = { prefer: 'respond-async' };
    const answer = await client.post<Generation>(
      '/studio/generate',
      { prompt: 'a dune', tier: 'standard' },
      { headers },
    );
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe('respond-async');
    expect(answer.headers.get('location')).toBe(`/api/v1/studio/generations/${answer.body.id}`);
    expect(answer.body).toMatchObject({ images: [], credits: { quoted: 1, charged: 0 }, completed_at: null });
    const finished = await untilGeneration(client, answer.body.id, isFinished);
    expect(finished).toMatchObject({ status: 'succeeded', credits: { quoted: 1, charged: 1 } });
    await download(server, finished.image_url!);
  });

  it('is answered 202 when it is not there after the time that the caller would wait', async () => {
    const startedAt = Date.now();
    const answer = await client.post<Generation>('/studio/generate', SLOW, { headers: { prefer: 'wait=3' } });
    expect(Date.now() - startedAt).toBeGreaterThan(2_900);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe('wait=3');
    expect(answer.headers.get('location')).toBe(answer.body.urls.get);
    expect(answer.headers.get('x-credits-charged')).toBe('0');
    expect(answer.body.status).toBe('running');
    expect(await balanceOf(client)).toMatchObject({ available: 99, held: 1 });
    await cancel(answer.body.id);
  });

  it('takes no notice of preferences that it does not know', async () => {
    const headers = { prefer: 'handling=lenient, wait=soon' };
    const answer = await client.post<Generation>(
      '/studio/generate',
      { prompt: 'a dune', tier: 'standard' },
      { headers },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('preference-applied')).toBeNull();
  });

  it('gives the credits back when it is canceled while it runs', async () => {
    const { id } = await startImages(client, SLOW);
    await untilGeneration(client, id, isRunning);
    expect(await balanceOf(client)).toMatchObject({ available: 99, held: 1 });
    const { status, body } = await cancel(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'canceled', images: [], credits: { quoted: 1, charged: 0 } });
    expect(body.completed_at).not.toBeNull();
    expect(await balanceOf(client)).toEqual({ available: 100, held: 0, consumed: 0, granted: 100 });
    expect(await kindsOf(id)).toEqual(['hold', 'release']);
    expect((await cancel(id)).body).toEqual(body);
    expect(await kindsOf(id)).toEqual(['hold', 'release']);
  });

  it('gives the credits back when it is canceled before its turn', async () => {
    // As many slow items as it takes until one has to wait for its turn.
    const ahead: Generation[] = [];
    let last: Generation;
    do {
      last = await startImages(client, { ...SLOW, count: 8 });
      ahead.push(last);
      await untilGeneration(client, ahead[0]!.id, isRunning);
      const next = await startImages(client, SLOW);
      ahead.push(next);
      last = await readGeneration(client, next.id);
    } while (last.status !== 'queued' && ahead.length < 8);
    expect(last).toMatchObject({ status: 'queued', started_at: null });
    expect((await cancel(last.id)).body).toMatchObject({ status: 'canceled', started_at: null });
    expect(await kindsOf(last.id)).toEqual(['hold', 'release']);
    for (const { id } of ahead) await cancel(id);
    expect(await balanceOf(client)).toEqual({ available: 100, held: 0, consumed: 0, granted: 100 });
  });

  it('tells the one who waits that somebody canceled it', async () => {
    const waiting = client.post('/studio/generate', { ...SLOW, metadata: { name: 'waiting' } });
    const id = await until(async () => {
      const { body } = await client.get<LedgerEntryPage>('/credits/entries', { query: { kind: 'hold' } });
      return body.data[0]?.generation_id ?? undefined;
    });
    await cancel(id);
    const problem = expectProblem(await waiting, 409, 'studio.canceled');
    expect(problem.generation_id).toBe(id);
    expect(await balanceOf(client)).toMatchObject({ available: 100, held: 0 });
  });

  it('keeps and charges what had been delivered when the rest is canceled', async () => {
    const { id } = await startImages(client, { prompt: 'a flood [mock:delay=1500]', tier: 'premium4', count: 8 });
    await untilGeneration(client, id, ({ images }) => images.length > 0);
    const { body } = await cancel(id);
    const delivered = body.images.length;
    expect(delivered).toBeGreaterThan(0);
    expect(delivered).toBeLessThan(8);
    expect(body).toMatchObject({ status: 'partially_succeeded', credits: { quoted: 32, charged: 4 * delivered } });
    const spent = 4 * delivered;
    expect(await balanceOf(client)).toEqual({ available: 100 - spent, held: 0, consumed: spent, granted: 100 });
    for (const { image_url } of body.images) await download(server, image_url);
  });

  it('stays as it is when the cancel comes too late', async () => {
    const finished = await makeImages(client);
    const { status, body } = await cancel(finished.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'succeeded', credits: { charged: 1 } });
    expect(await kindsOf(finished.id)).toEqual(['hold', 'capture']);
  });

  it('has one winner when fifty cancel it while it is finished', async () => {
    const { id } = await startImages(client, { prompt: 'a race [mock:delay=150]' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => cancel(id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { status, images } = await untilGeneration(client, id, isFinished);
    expect(await kindsOf(id)).toEqual(status === 'succeeded' ? ['hold', 'capture'] : ['hold', 'release']);
    expect(images).toHaveLength(status === 'succeeded' ? 1 : 0);
  });

  it('leaves the books in order', async () => {
    await expectBooksInOrder(admin);
  });
});
