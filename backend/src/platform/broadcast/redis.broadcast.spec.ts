import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { openPatientRedis } from '../../../test/patient-redis.js';
import { until } from '../../../test/until.js';
import { RedisConnections } from '../redis/index.js';
import { RedisBroadcast } from './redis.broadcast.js';

// The specs make connections fail, which is logged.
Logger.overrideLogger(false);

/** A database of its own: connections of others are left alone. */
const redisUrl = process.env['TEST_REDIS_URL']?.replace(/\/?$/, '/7');
const opened: RedisConnections[] = [];

/** The broadcast of one process, and everything that it hears. */
async function startProcess(url: string | undefined, channel: string) {
  const redis = await RedisConnections.open(url);
  opened.push(redis);
  const broadcast = new RedisBroadcast(redis);
  const heard: string[] = [];
  const stop = broadcast.subscribe(channel, (announcement) => void heard.push(announcement));
  return { redis, broadcast, heard, stop };
}

afterEach(() => {
  for (const redis of opened.splice(0)) redis.onApplicationShutdown();
});

describe('RedisBroadcast while Redis is away', () => {
  test('tells listeners of this process at once', async () => {
    const { broadcast, heard } = await startProcess('redis://127.0.0.1:1', 'news');

    broadcast.publish('news', '{"id":1}');

    expect(heard).toEqual(['{"id":1}']);
  });

  test('lets a listener that fails disturb nobody', async () => {
    const { broadcast, heard } = await startProcess('redis://127.0.0.1:1', 'news');
    broadcast.subscribe('news', () => {
      throw new Error('not today');
    });
    const last: string[] = [];
    broadcast.subscribe('news', (announcement) => void last.push(announcement));

    broadcast.publish('news', 'spring');

    expect([heard, last]).toEqual([['spring'], ['spring']]);
  });
});

if (redisUrl !== undefined) {
  describe('RedisBroadcast', () => {
    let redis: Redis;
    beforeAll(async () => (redis = await openPatientRedis(redisUrl)));
    afterAll(() => redis.disconnect());

    /** A process that reaches Redis. */
    const startConnected = async (channel: string) => {
      const started = await startProcess(redisUrl, channel);
      await until(() => started.redis.isUp);
      return started;
    };
    /** Waits until so many connections listen to the channel. */
    const subscribers = (channel: string, count: number): Promise<void> =>
      until(async () => Number((await redis.pubsub('NUMSUB', `atelier:broadcast:${channel}`))[1]) === count);

    test('tells every process once, this one without waiting', async () => {
      const channel = `news-${process.pid}-once`;
      const [here, there] = [await startConnected(channel), await startConnected(channel)];
      await subscribers(channel, 2);

      here.broadcast.publish(channel, 'first line\nsecond line');
      expect(here.heard).toEqual(['first line\nsecond line']);
      there.broadcast.publish(channel, '');
      await until(() => here.heard.length === 2 && there.heard.length === 2);

      expect(here.heard).toEqual(['first line\nsecond line', '']);
      expect(new Set(there.heard)).toEqual(new Set(['first line\nsecond line', '']));
    });

    test('hears again after its connection was lost', async () => {
      const channel = `news-${process.pid}-lost`;
      const [here, there] = [await startConnected(channel), await startConnected(channel)];
      await subscribers(channel, 2);
      const clients = String(await redis.client('LIST')).split('\n');
      const listening = clients.filter((line) => / name=atelier-broadcast .* db=7 sub=1 /.test(line));
      for (const line of listening) {
        const id = /^id=(\d+) /.exec(line)?.[1];
        await redis.call('CLIENT', 'KILL', 'ID', String(id)).catch((error: unknown) => {
          // One of an earlier test, which has left by now.
          if (!String(error).includes('No such client')) throw error;
        });
      }
      expect(listening.length).toBeGreaterThanOrEqual(2);

      await subscribers(channel, 2);
      here.broadcast.publish(channel, 'back');
      await until(() => there.heard.length === 1);

      expect(there.heard).toEqual(['back']);
    });

    test('unsubscribes with its last listener', async () => {
      const channel = `news-${process.pid}-last`;
      const { broadcast, heard, stop } = await startConnected(channel);
      const stopSecond = broadcast.subscribe(channel, () => undefined);
      await subscribers(channel, 1);

      stop();
      stop();
      broadcast.publish(channel, 'unheard');
      await subscribers(channel, 1);
      stopSecond();
      await subscribers(channel, 0);

      expect(heard).toEqual([]);
    });
  });
}
