import type { MyCreations, ProblemCode } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { readGeneration } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { rounds } from '../support/run-length.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings } from '../support/settings.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';

/**
 * How each failure of a provider is told: the status, the code, whether it makes sense to try again, and how often we
 * have tried for each image before we told.
 */
const FAILURES: [directive: string, status: number, code: ProblemCode, retryable: boolean, attempts: number][] = [
  ['fail=content_rejected', 422, 'provider.content_rejected', false, 1],
  ['fail=rate_limited', 503, 'provider.rate_limited', true, 3],
  ['fail=quota_exhausted', 502, 'provider.quota_exhausted', false, 1],
  ['fail=auth_failed', 502, 'provider.auth_failed', false, 1],
  ['fail=provider_unavailable', 502, 'provider.unavailable', true, 3],
  ['fail=timeout', 504, 'provider.timeout', true, 2],
  ['fail=invalid_request', 502, 'provider.invalid_request', false, 1],
  ['fail=bad_response', 502, 'provider.bad_response', true, 2],
  ['body=truncated', 502, 'provider.bad_response', true, 2],
  ['body=html', 502, 'provider.bad_response', true, 2],
  ['body=empty', 502, 'provider.bad_response', true, 2],
  ['body=bomb', 502, 'provider.bad_response', true, 2],
  ['body=wrong_count', 502, 'provider.bad_response', true, 2],
];

describe('credits', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  it.each(rounds(1))('buy five images of ten for fifty, however many ask at once (%d)', async () => {
    const { client } = await createMember(server, admin, 50);
    await changeSettings(admin, { credit_price_standard: '10' });
    const ask = (number: number) => client.post('/studio/generate', { prompt: `image ${number}`, tier: 'standard' });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, number) => ask(number)));
    const refused = answers.filter(({ status }) => status === 402);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(refused).toHaveLength(195);
    for (const answer of refused) expectProblem(answer, 402, 'credits.insufficient');
    expect(await balanceOf(client)).toEqual({ available: 0, held: 0, consumed: 50, granted: 50 });
    const { body } = await client.get<MyCreations>('/studio/my-creations');
    expect(body.total).toBe(5);
    for (const { image_url, bytes } of body.images) expect((await download(server, image_url)).bytes).toBe(bytes);
    const kinds = (await statementOf(client)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([...Array(5).fill('capture'), 'grant', ...Array(5).fill('hold')]);
    await changeSettings(admin, { credit_price_standard: '1' });
  });

  it('must cover every image of a generation, or none is made', async () => {
    const { client } = await createMember(server, admin, 7);
    const answer = await client.post('/studio/generate', { prompt: 'a', tier: 'premium2', count: 4 });
    expect(expectProblem(answer, 402, 'credits.insufficient').detail).toMatch(/\b8\b.*\b7\b.*\b1\b/);
    expect(await balanceOf(client)).toEqual({ available: 7, held: 0, consumed: 0, granted: 7 });
    expect(await statementOf(client)).toHaveLength(1);
  });

  it('are asked for before an enhancer or a provider is', async () => {
    const { client } = await createMember(server, admin, 0);
    const prompt = 'a [mock:fail=content_rejected]';
    for (const enhance of [true, false]) {
      const answer = await client.post('/studio/generate', { prompt, tier: 'standard', enhance });
      expectProblem(answer, 402, 'credits.insufficient');
    }
  });

  describe('are not taken for nothing', () => {
    let member: Member;

    beforeAll(async () => {
      member = await createMember(server, admin, 20);
    });

    it.each(FAILURES)(
      'when the provider does [mock:%s]: %d %s',
      async (directive, status, code, retryable, attempts) => {
        const { client } = member;
        const before = await balanceOf(client);
        const prompt = `a storm [mock:${directive}]`;
        const answer = await client.post('/studio/generate', { prompt, tier: 'standard', count: 2 });
        const problem = expectProblem(answer, status, code);
        expect(problem.retryable).toBe(retryable);
        expect(answer.headers.has('retry-after')).toBe(status === 503);
        expect(answer.headers.get('x-attempts')).toBe(String(2 * attempts));
        expect(await balanceOf(client)).toEqual(before);
        const lines = (await statementOf(client)).filter(
          ({ generation_id }) => generation_id === problem.generation_id,
        );
        expect(lines.map(({ kind }) => kind).sort()).toEqual(['hold', 'hold', 'release', 'release']);
        const generation = await readGeneration(client, problem.generation_id!);
        expect(generation).toMatchObject({
          status: 'failed',
          prompt,
          images: [],
          credits: { quoted: 2, charged: 0 },
          error: { code, retryable, charged: false, detail: problem.detail },
        });
        expect((await client.get<MyCreations>('/studio/my-creations')).body.total).toBe(0);
      },
    );

    it('when the enhancer fails', async () => {
      const { client } = member;
      const ask = (directive: string) =>
        client.post('/studio/generate', { prompt: `a storm [mock:${directive}]`, tier: 'standard', enhance: true });
      const entries = (await statementOf(client)).length;
      const failed = await ask('fail=provider_unavailable');
      expect(expectProblem(failed, 503, 'enhancer.unavailable').retryable).toBe(true);
      expectProblem(await ask('fail=content_rejected'), 422, 'provider.content_rejected');
      expect(await statementOf(client)).toHaveLength(entries);
    });

    it('and the books are in order after all that', async () => {
      expect(await balanceOf(member.client)).toEqual({ available: 20, held: 0, consumed: 0, granted: 20 });
      await expectBooksInOrder(admin);
    });
  });
});
