import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { openPatientRedis } from '../../../test/patient-redis.js';
import type { RedisConnections } from '../redis/index.js';
import { type Allowance, type Claim, type Counts, WINDOW_MS, exceeds, keyOf } from './counts.js';
import { MemoryCounts } from './memory-counts.js';
import { RedisCounts } from './redis-counts.js';
import { SharedCounts } from './shared-counts.js';

const redisUrl = process.env['TEST_REDIS_URL'];

const allowance = (requests: number, atOnce = Infinity): Allowance => ({ name: 'test', requests, atOnce });
const claimOf = (given: Allowance, subject: string = randomUUID()): Claim => ({
  allowance: given,
  key: keyOf(given, subject),
});

/** So many requests at the same moment; how many of them were let through, and how to end those. */
async function burst(times: number, claims: readonly Claim[], ...counts: readonly Counts[]) {
  const all = await Promise.all(
    Array.from({ length: times }, async (_, index) => {
      const { standings, release } = await counts[index % counts.length]!.take(claims);
      return { isAdmitted: claims.every((claim, at) => !exceeds(claim.allowance, standings[at]!)), release, standings };
    }),
  );
  const admitted = all.filter(({ isAdmitted }) => isAdmitted);
  return { admitted: admitted.length, end: () => admitted.forEach(({ release }) => release()), all };
}

class MovingClock {
  nowMs = 1_000_000;

  now(): number {
    return this.nowMs;
  }
}

function specs(make: () => Promise<readonly Counts[]>): void {
  test('let exactly as many requests through as are allowed, however many come at once', async () => {
    const claim = claimOf(allowance(20));
    expect((await burst(50, [claim], ...(await make()))).admitted).toBe(20);
    expect((await burst(1, [claim], ...(await make()))).admitted).toBe(0);
  });

  test('tell what is left and when the window ends', async () => {
    const { all } = await burst(3, [claimOf(allowance(2))], ...(await make()));
    const standings = all.map(({ standings: [first] }) => first!);
    expect(standings.map(({ requests }) => requests).sort()).toEqual([1, 2, 3]);
    for (const { resetMs } of standings) {
      expect(resetMs).toBeGreaterThan(WINDOW_MS - 5_000);
      expect(resetMs).toBeLessThanOrEqual(WINDOW_MS);
    }
  });

  test('keep others out of it', async () => {
    const counts = await make();
    expect((await burst(5, [claimOf(allowance(2))], ...counts)).admitted).toBe(2);
    expect((await burst(5, [claimOf(allowance(2))], ...counts)).admitted).toBe(2);
  });

  test('give places to as many at once as are allowed, and those of the answered to others', async () => {
    const counts = await make();
    const claim = claimOf(allowance(1_000, 3));
    const first = await burst(10, [claim], ...counts);
    expect(first.admitted).toBe(3);
    expect((await burst(1, [claim], ...counts)).admitted).toBe(0);
    first.end();
    expect((await burst(10, [claim], ...counts)).admitted).toBe(3);
  });

  test('take no place for what another limit refuses', async () => {
    const counts = await make();
    const roomy = claimOf(allowance(1_000, 5));
    const full = claimOf(allowance(0));
    expect((await burst(20, [roomy, full], ...counts)).admitted).toBe(0);
    expect((await burst(20, [roomy], ...counts)).admitted).toBe(5);
  });
}

describe('counts in memory', () => {
  specs(() => {
    memory ??= new MemoryCounts(new MovingClock());
    return Promise.resolve([memory]);
  });
  let memory: MemoryCounts | undefined;

  test('begin anew when the window has passed, and when the clock was set back', async () => {
    const clock = new MovingClock();
    const counts = new MemoryCounts(clock);
    const claim = claimOf(allowance(2));
    expect((await burst(3, [claim], counts)).admitted).toBe(2);
    clock.nowMs += WINDOW_MS - 1;
    expect((await burst(1, [claim], counts)).admitted).toBe(0);
    clock.nowMs += 1;
    expect((await burst(3, [claim], counts)).admitted).toBe(2);
    clock.nowMs -= 60 * WINDOW_MS;
    expect((await burst(3, [claim], counts)).admitted).toBe(2);
  });

  test('remember the last hundred thousand callers and no more', async () => {
    const counts = new MemoryCounts(new MovingClock());
    const [first, last] = [claimOf(allowance(1)), claimOf(allowance(1))];
    await burst(1, [first], counts);
    for (let caller = 0; caller < 99_999; caller += 1) await counts.take([claimOf(allowance(1), String(caller))]);
    await burst(1, [last], counts);
    expect((await burst(1, [last], counts)).admitted).toBe(0);
    expect((await burst(1, [first], counts)).admitted).toBe(1);
  });
});

if (redisUrl !== undefined) {
  describe('counts of two processes in one Redis', () => {
    const opened: Redis[] = [];
    const open = async () => {
      const redis = await openPatientRedis(redisUrl);
      opened.push(redis);
      return redis;
    };
    let pair: Promise<readonly RedisCounts[]> | undefined;
    const processes = () =>
      (pair ??= Promise.all([open(), open()]).then((both) => both.map((redis) => new RedisCounts(redis))));

    afterAll(() => opened.forEach((redis) => redis.disconnect()));

    specs(processes);

    test('go on when Redis has forgotten the script, and leave nothing that never ends', async () => {
      const [counts] = await processes();
      const [redis] = opened;
      await redis!.script('FLUSH');
      const claim = claimOf(allowance(5, 5));
      expect((await burst(10, [claim], counts!)).admitted).toBe(5);
      for (const key of await redis!.keys(`atelier:limit:${claim.key}*`))
        expect(await redis!.pttl(key)).toBeGreaterThan(0);
    });
  });
}

describe('counts that share a Redis which fails', () => {
  test('go on in memory, and do not ask it again for a while', async () => {
    const clock = new MovingClock();
    let asked = 0;
    const commands = {
      evalsha: () => {
        asked += 1;
        return Promise.reject(new Error('Command timed out'));
      },
    } as unknown as NonNullable<RedisConnections['commands']>;
    const counts = new SharedCounts({ commands, isUp: true }, clock);
    const claim = claimOf(allowance(3));

    expect((await burst(1, [claim], counts)).admitted).toBe(1);
    expect((await burst(10, [claim], counts)).admitted).toBe(2);
    expect(asked).toBe(1);
    clock.nowMs += 5_000;
    await burst(1, [claim], counts);
    expect(asked).toBe(2);
  });

  test('do not ask one that is known to be away', async () => {
    const commands = {} as NonNullable<RedisConnections['commands']>;
    const counts = new SharedCounts({ commands, isUp: false }, new MovingClock());
    expect((await burst(10, [claimOf(allowance(3))], counts)).admitted).toBe(3);
  });
});
