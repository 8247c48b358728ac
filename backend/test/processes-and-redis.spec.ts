import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ItemWorker } from '../src/modules/studio/items/item-worker.js';
import { StudioService } from '../src/modules/studio/studio.service.js';
import { WakeUps } from '../src/modules/studio/queue/wake-ups/index.js';
import { RedisWakeUps } from '../src/modules/studio/queue/wake-ups/redis-wake-ups.js';
import { StudioSettingsService } from '../src/modules/studio-settings/index.js';
import { type Configuration, loadConfiguration } from '../src/platform/config/index.js';
import { addPerson, installations } from './installations.js';
import { mariadbUrl } from './mariadb.js';
import { openPatientRedis } from './patient-redis.js';

/** A database of its own: whoever shares one is woken for the others' items. */
const redisUrl = process.env['TEST_REDIS_URL']?.replace(/\/?$/, '/8');

/** Sooner than the next heartbeat, which is 20 s away, even on a busy machine. */
const AT_ONCE_MS = 10_000;

/** How seldom a worker looks for work by itself where that would hide that it is not woken. */
const SELDOM_MS = 120_000;

/** Less than anybody is made to wait for a Redis that is away. */
const BRIEF_MS = 3_000;

const PERSON = { id: 7, email: 'person-7@example.com', name: 'Person', role: 'admin' } as const;
const REQUEST = { prompt: 'a harbour', tier: 'standard', count: 1, aspect_ratio: '1:1', enhance: false } as const;
const SLOW = { ...REQUEST, prompt: 'a slow river [mock:delay=300000]', count: 4 } as const;

if (mariadbUrl === undefined || redisUrl === undefined) {
  test('without Redis a process wakes itself', () => {
    expect(loadConfiguration({ PROCESS_ROLE: 'all' }).redisUrl).toBeUndefined();
  });
} else {
  describe('Processes that share a Redis', () => {
    const { prepare, start } = installations();
    let configuration: Configuration;
    let api: INestApplicationContext;

    const startWith = (role: 'api' | 'worker', url: string = redisUrl): Promise<INestApplicationContext> =>
      start(
        loadConfiguration({
          DATA_DIR: configuration.dataDir,
          DATABASE_URL: configuration.databaseUrl,
          REDIS_URL: url,
          SECRET_KEY: configuration.secretKey,
          MOCK_DIRECTIVES: 'true',
          LOG_LEVEL: 'silent',
          PROCESS_ROLE: role,
        }),
      );
    const studioOf = (app: INestApplicationContext): StudioService => app.get(StudioService, { strict: false });
    const isIdle = (app: INestApplicationContext): boolean => app.get(ItemWorker, { strict: false }).isIdle;
    let redis: Redis;

    beforeAll(async () => (redis = await openPatientRedis(redisUrl)));
    afterAll(() => redis.disconnect());
    afterEach(() => {
      jest.restoreAllMocks();
    });

    beforeEach(async () => {
      configuration = await prepare('MariaDB');
      api = await startWith('api');
      await addPerson(api, PERSON.id, 100);
      await redis.flushdb();
    });

    test('begin at once what another has accepted', async () => {
      jest.spyOn(RedisWakeUps.prototype, 'lookEveryMs', 'get').mockReturnValue(SELDOM_MS);
      const workers = [await startWith('worker'), await startWith('worker')];
      // Past the look that each takes when it starts.
      await eventually(async () => {
        const { id } = await studioOf(api).generate(PERSON, REQUEST);
        return (await studioOf(api).wait(PERSON, id, 30_000)).status === 'succeeded';
      });

      for (let round = 0; round < 5; round += 1) {
        const { id } = await studioOf(api).generate(PERSON, REQUEST);
        const { created_at, started_at } = await studioOf(api).wait(PERSON, id, 30_000);
        expect(Date.parse(String(started_at)) - Date.parse(created_at)).toBeLessThan(AT_ONCE_MS);
      }
      const { id } = await studioOf(api).generate(PERSON, { ...REQUEST, count: 8 });
      const eight = await studioOf(api).wait(PERSON, id, 30_000);

      expect(eight).toMatchObject({ status: 'succeeded', credits: { charged: 8 } });
      expect(workers.every(isIdle)).toBe(true);
    });

    test('stop at once what was canceled in another', async () => {
      const workers = [await startWith('worker'), await startWith('worker')];
      const { id } = await studioOf(api).generate(PERSON, SLOW);
      await eventually(async () => (await studioOf(api).get(PERSON, id)).status === 'running');
      await eventually(() => workers.some((worker) => !isIdle(worker)));

      const startedAt = Date.now();
      const canceled = await studioOf(api).cancel(PERSON, id);
      await eventually(() => workers.every(isIdle));
      const took = Date.now() - startedAt;

      expect(canceled).toMatchObject({ status: 'canceled', credits: { charged: 0 } });
      expect(took).toBeLessThan(AT_ONCE_MS);
    });

    test('use the prices and providers that were set in another', async () => {
      const other = await startWith('api');
      const settings = api.get(StudioSettingsService, { strict: false });
      const quoteIn = async (app: INestApplicationContext) => {
        const { id } = await studioOf(app).generate(PERSON, REQUEST);
        return (await studioOf(app).get(PERSON, id)).credits.quoted;
      };

      expect(await quoteIn(other)).toBe(1);
      await settings.change(PERSON, { credit_price_standard: '7' });
      expect(await quoteIn(other)).toBe(7);
      await settings.change(PERSON, { provider_mock_enabled: 'false' });
      await expect(studioOf(other).generate(PERSON, REQUEST)).rejects.toMatchObject({ kind: 'unavailable' });
    });

    test('make everything although Redis was emptied', async () => {
      const first = await studioOf(api).generate(PERSON, { ...REQUEST, count: 8 });
      await redis.flushdb();
      await startWith('worker');
      const second = await studioOf(api).generate(PERSON, { ...REQUEST, count: 8 });
      await redis.flushdb();

      for (const { id } of [first, second]) {
        expect(await studioOf(api).wait(PERSON, id, 40_000)).toMatchObject({
          status: 'succeeded',
          credits: { charged: 8 },
        });
      }
    });

    test('make everything although Redis tells of what was long ago', async () => {
      await startWith('worker');
      const past = Array.from({ length: 100 }, () => ({ id: randomUUID(), fence: 0 }));
      api.get(WakeUps, { strict: false }).announce(past);

      const { id } = await studioOf(api).generate(PERSON, { ...REQUEST, count: 4 });

      expect(await studioOf(api).wait(PERSON, id, 30_000)).toMatchObject({ status: 'succeeded' });
      await eventually(async () => (await redis.llen('atelier:wake-ups:wait')) === 0);
    });

    test('accept and make everything although Redis was never there', async () => {
      const nowhere = 'redis://127.0.0.1:1';
      const lonely = await startWith('api', nowhere);
      await startWith('worker', nowhere);

      const took: number[] = [];
      // Who waits for it waits each time.
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const startedAt = Date.now();
        const { id } = await studioOf(lonely).generate(PERSON, REQUEST);
        took.push(Date.now() - startedAt);
        expect(await studioOf(lonely).wait(PERSON, id, 30_000)).toMatchObject({ status: 'succeeded' });
      }
      expect(Math.min(...took)).toBeLessThan(BRIEF_MS);
    });
  });
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await isSo());) {
    if (Date.now() > deadline) throw new Error('It did not happen');
    await pause(20);
  }
}
