import type { StudioOptions } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

/** Each is tried three times; together they are as many failures as a provider is left alone for. */
const GENERATIONS = 5;

/** Everybody knows it within a second or two; the rest is for a busy machine. */
const SEEN_MS = 15_000;

describe('a provider that does not work', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  /** Another process on the same database, which makes images as well; SQLite belongs to one process alone. */
  let sibling: Server | undefined;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = await createMember(server, admin, 20);
    if (server.databaseUrl !== null) sibling = await server.sibling();
  });

  afterAll(async () => {
    await sibling?.stop();
    await server.dispose();
  });

  const statusOf = async (of: Server = server): Promise<string | undefined> => {
    const client = of === server ? member.client : await signIn(of, { email: member.email, password: member.password });
    const { body } = await client.get<StudioOptions>('/studio/options');
    return body.providers.find(({ key }) => key === 'mock')?.status;
  };

  it('is left alone, which everybody is told before anything is held', async () => {
    const { client } = member;
    const ask = (prompt: string) => client.post('/studio/generate', { prompt, tier: 'standard', provider: 'mock' });
    expect(await statusOf()).toBe('ready');
    for (let generation = 0; generation < GENERATIONS; generation += 1) {
      expectProblem(await ask('a storm [mock:fail=provider_unavailable]'), 502, 'provider.unavailable');
    }
    const entries = (await statementOf(client)).length;
    await until(async () => ((await statusOf()) === 'unavailable' ? true : undefined), SEEN_MS);
    if (sibling) await until(async () => ((await statusOf(sibling)) === 'unavailable' ? true : undefined), SEEN_MS);

    const answer = await ask('a harbour');

    expectProblem(answer, 503, 'provider.none_available');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expectProblem(
      await client.post('/studio/generate', { prompt: 'a harbour', tier: 'standard', provider: 'auto' }),
      503,
      'provider.none_available',
    );
    expect(await statementOf(client)).toHaveLength(entries);
    expect(await balanceOf(client)).toEqual({ available: 20, held: 0, consumed: 0, granted: 20 });
    await expectBooksInOrder(admin);
  });
});
