import type { Generation } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { makeImage, readGeneration, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';

/** Unfinished images that one user may have, and images of one user that are made at a time. */
const [MOST_UNFINISHED, MOST_AT_WORK] = [100, 4];
const SLOW = { prompt: 'a slow river [mock:delay=300000]', tier: 'standard' } as const;

describe('a queue that one user has filled', () => {
  let server: Server;
  let admin: ApiClient;
  let busy: ApiClient;
  const started: Generation[] = [];

  const cancel = (id: string) => busy.post<Generation>(`/studio/generations/${id}/cancel`);

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    ({ client: busy } = await createMember(server, admin, 300));
    for (let images = 0; images < MOST_UNFINISHED - MOST_AT_WORK; images += 8) {
      started.push(await startImages(busy, { ...SLOW, count: 8 }));
    }
  });

  afterAll(() => server.dispose());

  it('takes exactly as much as there is room for when many ask at once', async () => {
    const headers = { prefer: 'respond-async' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => busy.post<Generation>('/studio/generate', SLOW, { headers })),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(MOST_AT_WORK);
    started.push(...accepted.map(({ body }) => body));
    for (const answer of answers.filter(({ status }) => status !== 202))
      expectProblem(answer, 429, 'studio.queue_full');
  });

  it('refuses more with 429 and says when to come again, and nothing is charged', async () => {
    const before = await statementOf(busy);
    const headers = { 'idempotency-key': 'one too many' };
    const answer = await busy.post('/studio/generate', { ...SLOW, count: 8 }, { headers });
    const problem = expectProblem(answer, 429, 'studio.queue_full');
    expect(problem).toMatchObject({ retryable: true, charged: false });
    expect(problem.detail).toContain(`${MOST_UNFINISHED} images`);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await statementOf(busy)).toEqual(before);
    expect(await balanceOf(busy)).toEqual({ available: 200, held: 100, consumed: 0, granted: 300 });
  });

  it('keeps nobody else waiting', async () => {
    const { client } = await createMember(server, admin, 10);
    const image = await makeImage(client);
    await download(server, image.image_url);
    expect(await balanceOf(client)).toEqual({ available: 9, held: 0, consumed: 1, granted: 10 });
  });

  it('gives that user their share, the oldest first, and no more', async () => {
    const [first, ...others] = await Promise.all(started.map(({ id }) => readGeneration(busy, id)));
    expect(first?.status).toBe('running');
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set(['queued']));
  });

  it('moves up and has room again as soon as some are finished', async () => {
    const [first, second] = started;
    expect((await cancel(first!.id)).body).toMatchObject({ status: 'canceled' });
    await untilGeneration(busy, second!.id, ({ status }) => status === 'running');
    const headers = { 'idempotency-key': 'one too many', prefer: 'respond-async' };
    const answer = await busy.post<Generation>('/studio/generate', { ...SLOW, count: 8 }, { headers });
    expect(answer.status).toBe(202);
    started.push(answer.body);
  });

  it('leaves the books in order', async () => {
    for (const { id } of started) await cancel(id);
    expect(await balanceOf(busy)).toEqual({ available: 300, held: 0, consumed: 0, granted: 300 });
    await expectBooksInOrder(admin);
  });
});
