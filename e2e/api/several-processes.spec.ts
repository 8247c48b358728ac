import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Generation, IssuedApiKey, IssuedWebhook, MyCreations, Readiness } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRedis } from '../../tools/services.mjs';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { OpenStream } from '../support/event-stream.js';
import { Fleet, KEY_LIMIT } from '../support/fleet.js';
import { isFinished, makeImage, readGeneration, startImages, untilGeneration } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { parseMetrics } from '../support/metrics-text.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { type Server, runServer } from '../support/server.js';
import { Shop } from '../support/shop/shop.js';
import { balanceOf, expectBooksInOrder, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

/** A killed worker's items are taken up when their leases have run out, a minute after the claim. */
const RECOVERY_MS = 110_000;

describe.each(['api', 'worker'] as const)('a process that is to be %s only', (role) => {
  it('does not start on SQLite, whose file serves one process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'atelier-role-'));
    const exit = await runServer({ PROCESS_ROLE: role, DATA_DIR: folder });
    await rm(folder, { recursive: true });
    expect(exit.code).toBeGreaterThan(0);
    expect(exit.stderr).toContain(`PROCESS_ROLE ${role} needs DATABASE_URL`);
  });
});

if (databaseUnderTest() === 'mariadb' && findRedis() !== undefined) {
  /** A person who talks to either API process. */
  interface Caller extends Member {
    readonly through: readonly ApiClient[];
  }

  describe('two API and two worker processes', () => {
    let fleet: Fleet;
    let admin: ApiClient;

    beforeAll(async () => {
      fleet = await Fleet.start(2, 2);
      admin = await signIn(fleet.apis[0]!);
    }, 120_000);

    afterAll(() => fleet.dispose(), 60_000);

    const newCaller = async (credits: number): Promise<Caller> => {
      const member = await createMember(fleet.apis[0]!, admin, credits);
      // One session for both: what one process has signed, the other takes.
      const token = await signInToken(fleet.apis[1]!.origin, member);
      return { ...member, through: fleet.apis.map((api) => withToken(api, token)) };
    };
    const untilAtWork = (server: Server, items: number, timeoutMs?: number) =>
      until(async () => ((await fleet.countAtWork(server)) === items ? true : undefined), timeoutMs);
    /** Has a shop told of all that becomes of somebody's generations. */
    const listen = async (client: ApiClient): Promise<Shop> => {
      const shop = await Shop.open();
      const events = [
        'generation.succeeded',
        'generation.partially_succeeded',
        'generation.failed',
        'generation.canceled',
      ];
      const { body } = await client.post<IssuedWebhook>('/webhooks', { url: shop.url, events });
      await shop.trust(body.secret);
      return shop;
    };
    const readiness = async (index: number) => {
      const response = await anonymous(fleet.apis[index]!).raw('/health/ready');
      return { status: response.status, body: (await response.json()) as Readiness };
    };

    it('tell which of them they are', async () => {
      for (const { process } of fleet.workers) await process.waitForLog(/ready to make images/);
      for (const { process } of fleet.apis) await process.waitForLog(/leaves making images to others/);
    });

    it('tell how their Redis is doing', async () => {
      const { through } = await newCaller(40);
      await makeImage(through[0]!);
      const valueIn = async (server: Server, name: string) => {
        const text = await (await anonymous(server).raw('/metrics')).text();
        return parseMetrics(text).get(name)?.samples[0]?.value;
      };
      for (const server of [...fleet.apis, ...fleet.workers]) expect(await valueIn(server, 'atelier_redis_up')).toBe(1);
      const [taking] = fleet.apis;
      // One that Redis does not take in time has failed; the next one is announced then.
      let made = 1;
      await until(async () => {
        const announced = (await valueIn(taking!, 'atelier_wake_ups_announced_total'))!;
        const failed = (await valueIn(taking!, 'atelier_wake_ups_failed_total'))!;
        if (announced > 0) return announced + failed === made ? true : undefined;
        if (failed === made) {
          await makeImage(through[0]!);
          made += 1;
        }
        return undefined;
      });
    });

    it(
      'lose and double nothing while Redis is emptied, full and gone, and a worker is killed',
      async () => {
        const callers = await Promise.all(Array.from({ length: 4 }, () => newCaller(100)));
        const [first] = callers;
        const shop = await listen(first!.through[1]!);
        const ids: string[][] = callers.map(() => []);
        const submit = async (round: number) => {
          for (const [index, { through }] of callers.entries()) {
            const wish = { prompt: `round ${round} [mock:delay=400]`, count: 5 };
            const { id } = await startImages(through[(index + round) % 2]!, wish);
            ids[index]!.push(id);
          }
        };
        // What is accepted by one can be asked for and canceled through the other.
        const slow = await startImages(first!.through[0]!, { prompt: 'slow [mock:delay=300000]', count: 2 });
        await untilGeneration(first!.through[1]!, slow.id, ({ status }) => status === 'running');
        const canceled = await first!.through[1]!.post<Generation>(`/studio/generations/${slow.id}/cancel`);
        expect(canceled.body).toMatchObject({ status: 'canceled', credits: { charged: 0 } });
        expect((await readGeneration(first!.through[0]!, slow.id)).status).toBe('canceled');

        await submit(0);
        await fleet.flushRedis();
        await submit(1);
        const [killed] = fleet.workers;
        await killed!.kill();
        await fleet.dismiss(killed!);
        await fleet.fillRedis();
        await submit(2);
        await fleet.stopRedis();
        const startedAt = Date.now();
        await submit(3);
        expect(Date.now() - startedAt).toBeLessThan(30_000);
        const without = await until(async () => {
          const now = await readiness(0);
          return now.status === 200 ? now : undefined;
        });
        expect(without.body).toMatchObject({ status: 'ok', checks: { queue: 'failed' } });
        await fleet.startRedis();
        await fleet.add('worker');

        for (const [index, { through }] of callers.entries()) {
          for (const [round, id] of ids[index]!.entries()) {
            const other = through[(index + round + 1) % 2]!;
            const done = await untilGeneration(other, id, isFinished, RECOVERY_MS);
            expect(done).toMatchObject({ status: 'succeeded', credits: { quoted: 5, charged: 5 } });
          }
        }
        await until(async () => ((await readiness(0)).body.checks['queue'] === 'ok' ? true : undefined));
        for (const { through } of callers) await expectExactly(through, 20);
        // Whoever told of it, and however often: each end of a generation under one id.
        const { accepted, refused } = await shop.until((seen) => seen.accepted.length >= ids[0]!.length + 1);
        const told = accepted.map(({ message }) => message.data['generation_id']);
        expect([...told].sort()).toEqual([slow.id, ...ids[0]!].sort());
        expect(refused).toEqual([]);
        await shop.close();
        await expectBooksInOrder(admin);
        expect(fleet.apis.every(({ process }) => process.isRunning)).toBe(true);
      },
      RECOVERY_MS + 120_000,
    );

    it('accept and make images while Redis hangs', async () => {
      const { through } = await newCaller(10);
      await fleet.hangRedis(20_000);

      const startedAt = Date.now();
      const { id } = await startImages(through[0]!, { prompt: 'patience', count: 2 });
      expect(await readiness(1)).toMatchObject({ status: 200, body: { checks: { queue: 'failed' } } });
      expect(Date.now() - startedAt).toBeLessThan(15_000);
      await untilGeneration(through[1]!, id, isFinished, 60_000);

      await until(async () => ((await readiness(1)).body.checks['queue'] === 'ok' ? true : undefined));
      await expectExactly(through, 2);
    });

    it('carry a repeated request out once, whichever of them it is sent to', async () => {
      const { through } = await newCaller(10);
      const body = { prompt: 'once [mock:delay=300]', tier: 'standard', count: 2 };
      const headers = { 'idempotency-key': 'the same' };
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          through[index % 2]!.post<Generation>('/studio/generate', body, { headers }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
      await expectExactly(through, 2);
    });

    it('put an end to guessing together', async () => {
      const { email, password } = await newCaller(0);
      const guess = (index: number, attempt: string) =>
        anonymous(fleet.apis[index]!).post('/auth/login', { email, password: attempt });
      const statuses = new Set<number>();
      for (let attempt = 0; attempt < 12; attempt += 1) statuses.add((await guess(attempt % 2, 'wrong')).status);
      expect(statuses).toEqual(new Set([401, 429]));
      for (const index of [0, 1]) {
        // The right password is let in once the delay is over, and ends it.
        const refused = await until(async () => {
          await Promise.all(Array.from({ length: 6 }, () => guess(1 - index, 'wrong')));
          const answer = await guess(index, password);
          return answer.status === 429 ? answer : undefined;
        });
        expectProblem(refused, 429, 'auth.throttled');
      }
    });

    it('answer what one key may ask together, whichever of them it asks', async () => {
      const { through } = await newCaller(0);
      // Whoever gets no answer from Redis in time counts alone for a few seconds.
      const refused = await until(async () => {
        const { body } = await through[0]!.post<IssuedApiKey>('/api-keys', { name: 'Loop', scopes: ['credits:read'] });
        const programs = fleet.apis.map((api) => withToken(api, body.key));
        const answers = await Promise.all(
          Array.from({ length: 3 * KEY_LIMIT }, (_, index) => programs[index % 2]!.get('/credits/balance')),
        );
        const others = answers.filter(({ status }) => status !== 200);
        return others.length === 2 * KEY_LIMIT ? others : undefined;
      });
      for (const answer of refused) expectProblem(answer, 429, 'request.rate_limited');
    });

    it('hand over what a worker is doing when it is asked to stop, without waiting for a lease', async () => {
      const [leaving, staying] = fleet.workers;
      await staying!.stop();
      await fleet.dismiss(staying!);
      // What can be finished in time, and what can't.
      const callers = await Promise.all(Array.from({ length: 3 }, () => newCaller(10)));
      const short = await Promise.all(
        callers.map(({ through }) => startImages(through[0]!, { prompt: 'short [mock:delay=8000]', count: 2 })),
      );
      const long = await Promise.all(
        callers.map(({ through }) => startImages(through[1]!, { prompt: 'long [mock:delay=300000]', count: 2 })),
      );
      await untilAtWork(leaving!, 12);

      const stopped = leaving!.stop();
      const successor = await fleet.add('worker');
      const { code, signal } = await stopped;

      expect([code, signal]).toEqual([0, null]);
      expect(await fleet.countAtWork(leaving)).toBe(0);
      // A lease that nobody gave back would keep them for a minute.
      await untilAtWork(successor, 6, 20_000);
      await fleet.dismiss(leaving!);
      for (const [index, { through }] of callers.entries()) {
        const done = await untilGeneration(through[1]!, short[index]!.id, isFinished);
        expect(done).toMatchObject({ status: 'succeeded', credits: { charged: 2 } });
        await through[0]!.post(`/studio/generations/${long[index]!.id}/cancel`);
        await expectExactly(through, 2);
      }
      expect(await fleet.countAtWork()).toBe(0);
      await expectBooksInOrder(admin);
    }, 120_000);

    it('answer whoever waits when they are asked to stop, and tell the rest through the other', async () => {
      const [leaving] = fleet.apis;
      const { through } = await newCaller(10);
      const stream = await OpenStream.open(through[0]!, '/studio/events');
      const wish = { prompt: 'unhurried [mock:delay=15000]', tier: 'standard' };
      const waiting = through[0]!.post<Generation>('/studio/generate', wish);
      await stream.event('generation.started');

      const [{ code }, answer] = await Promise.all([leaving!.stop(), waiting, stream.ended]);
      await fleet.dismiss(leaving!);

      expect(code).toBe(0);
      expect(answer.status).toBe(202);
      const resumed = await OpenStream.open(through[1]!, `/studio/generations/${answer.body.id}/events`, {
        headers: { 'last-event-id': stream.lastId },
      });
      const end = await resumed.event('generation.succeeded');
      await resumed.ended;
      expect(end.data).toMatchObject({ id: answer.body.id, status: 'succeeded', credits: { charged: 1 } });
      await expectExactly([through[1]!, through[1]!], 1);
    });
  });

  /** So many images were delivered and paid for at one credit each, nothing twice, and both processes hand them out. */
  async function expectExactly(through: readonly ApiClient[], images: number): Promise<void> {
    const [one, other] = through;
    const { granted } = await balanceOf(one!);
    expect(await balanceOf(other!)).toEqual({ available: granted - images, held: 0, consumed: images, granted });
    const kinds = (await statementOf(one!)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'capture')).toHaveLength(images);
    const { body } = await other!.get<MyCreations>('/studio/my-creations', { query: { limit: 100 } });
    expect(body.total).toBe(images);
    expect(new Set(body.images.map(({ id }) => id)).size).toBe(images);
    for (const { image_url, bytes } of body.images.slice(0, 3)) {
      for (const client of through) {
        const link = new URL(image_url, client.origin);
        expect((await download(client, `${link.pathname}${link.search}`)).bytes).toBe(bytes);
      }
    }
  }

  async function signInToken(origin: string, { email, password }: Member): Promise<string> {
    const { status, body } = await anonymous({ origin }).post<{ access_token: string }>('/auth/login', {
      email,
      password,
    });
    expect(status).toBe(200);
    return body.access_token;
  }
}
