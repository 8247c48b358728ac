import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { openPatientRedis } from '../../../../../test/patient-redis.js';
import { Metrics } from '../../../../platform/metrics/index.js';
import { RedisConnections } from '../../../../platform/redis/index.js';
import { EmbeddedWakeUps } from './embedded-wake-ups.js';
import { type WaitingItem, wakeUps } from './index.js';
import { RedisWakeUps } from './redis-wake-ups.js';

// The specs make connections fail, which is logged.
Logger.overrideLogger(false);

/** A database of its own: whoever shares one is woken for the others' items. */
const redisUrl = process.env['TEST_REDIS_URL']?.replace(/\/?$/, '/9');
const NOWHERE = 'redis://127.0.0.1:1';

interface Process {
  readonly wakeUps: RedisWakeUps;
  readonly redis: RedisConnections;
  /** What the process gives its commands to; where there is a Redis, it waits for every answer. */
  readonly commands: Redis;
  /** How many items each wake-up was worth. */
  readonly woken: number[];
  readonly metrics: Metrics;
  /** Ends the wake-ups that are being dealt with; from then on, they end by themselves. */
  release(): void;
}

const opened: Process[] = [];

/** A process that works, and may be busy with its first wake-up until it is released. */
async function startProcess(url: string, isBusy = false): Promise<Process> {
  const started = await startServing(url, isBusy);
  started.listen();
  return started;
}

/** A process that leaves the work to others until it listens. */
async function startServing(url: string, isBusy = false): Promise<Process & { listen(): void }> {
  const redis = await RedisConnections.open(url);
  const commands = url === redisUrl ? await openPatientRedis(url) : redis.commands;
  if (!commands) throw new Error('There is no Redis');
  await eventually(() => redis.isUp === (url === redisUrl));
  const metrics = new Metrics();
  const wakeUps = new RedisWakeUps(redis, commands, metrics);
  const woken: number[] = [];
  const released = Promise.withResolvers<undefined>();
  if (!isBusy) released.resolve(undefined);
  const listen = () =>
    wakeUps.listen(async (items) => {
      woken.push(items);
      await released.promise;
    });
  const started = { wakeUps, redis, commands, woken, metrics, listen, release: () => released.resolve(undefined) };
  opened.push(started);
  return started;
}

const newItem = (): WaitingItem => ({ id: randomUUID(), fence: 0 });

async function countsOf({ metrics }: Process): Promise<{ announced: number; failed: number }> {
  const text = await metrics.format();
  const valueOf = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return { announced: valueOf('atelier_wake_ups_announced_total'), failed: valueOf('atelier_wake_ups_failed_total') };
}

afterEach(async () => {
  for (const { wakeUps, redis, commands, release } of opened.splice(0)) {
    release();
    await wakeUps.stopListening();
    await wakeUps.settle();
    redis.onApplicationShutdown();
    commands.disconnect();
  }
});

describe('RedisWakeUps without their Redis', () => {
  test('wake this process, tell nobody else, and have it look more often', async () => {
    const here = await startProcess(NOWHERE);

    here.wakeUps.announce([newItem(), newItem()]);
    // At once: nobody waits for a Redis that is known to be away.
    expect(here.woken).toEqual([2]);
    await here.wakeUps.settle();

    expect(here.woken).toEqual([2]);
    expect(await countsOf(here)).toEqual({ announced: 0, failed: 2 });
    expect(here.wakeUps.lookEveryMs).toBe(1_000);
    const text = await here.metrics.format();
    expect(text).toContain('# HELP atelier_wake_ups_announced_total Waiting items that Redis was told of.');
    expect(text).toContain(
      '# HELP atelier_wake_ups_failed_total Waiting items that Redis could not be told of, and that are found by looking.',
    );
  });

  test('do no harm to a process that leaves the work to others', async () => {
    const here = await startServing(NOWHERE);

    here.wakeUps.announce([newItem()]);
    await here.wakeUps.settle();

    expect(await countsOf(here)).toEqual({ announced: 0, failed: 1 });
  });

  test('are those of an installation that has one, even while it is away; of another they are embedded', async () => {
    const [configured, none] = [await RedisConnections.open(NOWHERE), await RedisConnections.open(undefined)];
    const made: unknown[] = [];
    for (const redis of [configured, none]) made.push(await wakeUps.useFactory(redis, new Metrics()));
    configured.onApplicationShutdown();

    expect(made).toEqual([expect.any(RedisWakeUps), expect.any(EmbeddedWakeUps)]);
  });

  test('are asked for nothing when nothing waits', async () => {
    const here = await startProcess(NOWHERE);

    here.wakeUps.announce([]);
    await here.wakeUps.settle();

    expect(here.woken).toEqual([]);
    expect(await countsOf(here)).toEqual({ announced: 0, failed: 0 });
  });

  test('do not keep a process from stopping', async () => {
    const took: number[] = [];
    // Who waits for it waits each time.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const here = await startProcess(NOWHERE);
      const startedAt = Date.now();
      await here.wakeUps.stopListening();
      took.push(Date.now() - startedAt);
    }

    // Less than the time that a Redis which is there is given to say goodbye.
    expect(Math.min(...took)).toBeLessThan(1_800);
  });

  test('have no outage told on the console, where nobody looks for it', async () => {
    const told = jest.spyOn(console, 'error').mockReturnValue(undefined);
    const here = await startProcess(NOWHERE);

    here.wakeUps.announce([newItem()]);
    await here.wakeUps.stopListening();

    expect(told).not.toHaveBeenCalled();
    told.mockRestore();
  });
});

if (redisUrl !== undefined) {
  describe('RedisWakeUps', () => {
    // Whatever an earlier test that failed has left there would wake those who come after it.
    beforeEach(async () => {
      const redis = await openPatientRedis(redisUrl);
      await redis.flushdb();
      redis.disconnect();
    });

    test('wake one process for each item, and leave a busy one alone', async () => {
      const [busy, free] = [await startProcess(redisUrl, true), await startProcess(redisUrl)];

      free.wakeUps.announce([newItem()]);
      await eventually(() => busy.woken.length + free.woken.length === 1);
      // The first may have gone to either of them; more items than one are more than a busy process takes.
      const items = Array.from({ length: 10 }, newItem);
      busy.wakeUps.announce(items);
      await eventually(() => busy.woken.length + free.woken.length === 11);

      expect(busy.woken.length).toBeLessThanOrEqual(1);
      expect(new Set(free.woken)).toEqual(new Set([1]));
      expect(await countsOf(busy)).toEqual({ announced: 10, failed: 0 });
      expect(busy.wakeUps.lookEveryMs).toBe(5_000);
    });

    test('have told Redis of everything once they have settled, also of what was due long ago', async () => {
      const here = await startServing(redisUrl);

      here.wakeUps.announce([newItem(), { ...newItem(), dueInMs: -700 }]);
      await here.wakeUps.settle();

      expect(await countsOf(here)).toEqual({ announced: 2, failed: 0 });
      here.listen();
      await eventually(() => here.woken.length === 2);
    });

    test('can be told apart among the clients of Redis', async () => {
      const here = await startServing(redisUrl);
      const others = await clientsOf(here);

      here.listen();
      here.wakeUps.announce([newItem()]);
      await eventually(() => here.woken.length === 1);

      const mine = (await clientsOf(here)).filter(({ id }) => !others.some((other) => other.id === id));
      expect(mine.map(({ name }) => name).sort()).toEqual(['atelier-wake-ups', 'atelier-wake-ups-waiting']);
    });

    test('wake again for a wait at which the wake-up failed', async () => {
      const here = await startServing(redisUrl);
      const item = newItem();
      let failures = 0;
      here.wakeUps.listen(async () => {
        failures += 1;
        throw new Error('no room after all');
      });

      here.wakeUps.announce([item]);
      await eventually(() => failures === 1);
      await eventually(async () => (await tokensOf(here)).length === 0);
      here.wakeUps.announce([item]);

      await eventually(() => failures === 2);
    });

    test('end a wake-up that is under way before they stop, and leave nothing of it behind', async () => {
      const here = await startProcess(redisUrl, true);
      here.wakeUps.announce([newItem()]);
      await eventually(() => here.woken.length === 1);

      const stopping = here.wakeUps.stopListening();
      here.release();
      await stopping;

      expect(await tokensOf(here)).toEqual([]);
    });

    test('wake nobody twice for the same wait, but again for the next wait of the same item', async () => {
      const here = await startProcess(redisUrl, true);
      here.wakeUps.announce([newItem()]);
      await eventually(() => here.woken.length === 1);
      const item = newItem();

      for (let time = 0; time < 3; time += 1) here.wakeUps.announce([item]);
      here.wakeUps.announce([{ ...item, fence: 1 }]);
      await here.wakeUps.settle();
      here.release();
      await eventually(() => here.woken.length === 3);
      here.wakeUps.announce([newItem()]);
      await eventually(() => here.woken.length === 4);

      expect(here.woken).toEqual([1, 1, 1, 1]);
    });

    test('wake for an item that is due later when it is due', async () => {
      const here = await startProcess(redisUrl);
      const startedAt = Date.now();

      here.wakeUps.announce([{ ...newItem(), dueInMs: 700 }]);
      await eventually(() => here.woken.length === 1);

      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(690);
    });

    test('go on after everything in Redis was deleted, and leave nothing behind', async () => {
      const here = await startProcess(redisUrl, true);
      here.wakeUps.announce([newItem(), newItem(), newItem()]);
      await eventually(() => here.woken.length === 1);
      const keys = await here.commands.keys('atelier:wake-ups:*');
      if (keys.length > 0) await here.commands.del(...keys);
      here.release();

      here.wakeUps.announce([newItem()]);
      await eventually(() => here.woken.length === 2);
      await here.wakeUps.stopListening();

      expect(await tokensOf(here)).toEqual([]);
    });

    test('wake nobody who has stopped listening', async () => {
      const [stopped, here] = [await startProcess(redisUrl), await startProcess(redisUrl)];
      await stopped.wakeUps.stopListening();

      stopped.wakeUps.announce([newItem(), newItem()]);
      await eventually(() => here.woken.length === 2);

      expect(stopped.woken).toEqual([]);
    });
  });
}

/** Keys of what is known of waiting items. */
async function tokensOf({ commands }: Process): Promise<string[]> {
  const keys = await commands.keys('atelier:wake-ups:*');
  return keys.filter((key) => /[0-9a-f]-\d+(:lock)?$/.test(key));
}

/** Those who wait for tokens in this database. */
async function clientsOf({ commands }: Process): Promise<{ id: string; name: string }[]> {
  const clients = String(await commands.client('LIST')).split('\n');
  return clients.flatMap((client) => {
    const [, id = '', name = ''] = /^id=(\d+) .* name=(atelier-wake-ups\S*) .* db=9 /.exec(client) ?? [];
    return id === '' ? [] : { id, name };
  });
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isSo());) {
    if (Date.now() > deadline) throw new Error('It did not happen');
    await pause(10);
  }
}
