import { afterEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RedisConnections } from '../redis/index.js';
import { RedisBroadcast } from './redis.broadcast.js';

// The specs make connections fail, which is logged.
Logger.overrideLogger(false);

const redisUrl = process.env['TEST_REDIS_URL'];
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
    test('tells every process once, this one without waiting', async () => {
      const channel = `news-${process.pid}-once`;
      const [here, there] = [await startProcess(redisUrl, channel), await startProcess(redisUrl, channel)];
      await subscribers(channel, 2);

      here.broadcast.publish(channel, 'first line\nsecond line');
      expect(here.heard).toEqual(['first line\nsecond line']);
      there.broadcast.publish(channel, '');
      await eventually(() => here.heard.length === 2 && there.heard.length === 2);

      expect(here.heard).toEqual(['first line\nsecond line', '']);
      expect(new Set(there.heard)).toEqual(new Set(['first line\nsecond line', '']));
    });

    test('hears again after its connection was lost', async () => {
      const channel = `news-${process.pid}-lost`;
      const [here, there] = [await startProcess(redisUrl, channel), await startProcess(redisUrl, channel)];
      await subscribers(channel, 2);
      const clients = String(await here.redis.commands?.client('LIST')).split('\n');
      const listening = clients.filter((line) => / name=atelier-broadcast /.test(line) && / sub=1 /.test(line));
      for (const line of listening) {
        const id = /^id=(\d+) /.exec(line)?.[1];
        await here.redis.commands?.call('CLIENT', 'KILL', 'ID', String(id));
      }
      expect(listening.length).toBeGreaterThanOrEqual(2);

      await subscribers(channel, 2);
      here.broadcast.publish(channel, 'back');
      await eventually(() => there.heard.length === 1);

      expect(there.heard).toEqual(['back']);
    });

    test('unsubscribes with its last listener', async () => {
      const channel = `news-${process.pid}-last`;
      const { broadcast, heard, stop } = await startProcess(redisUrl, channel);
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

/** Waits until so many connections listen to the channel. */
async function subscribers(channel: string, count: number): Promise<void> {
  const redis = opened[0]?.commands;
  await eventually(async () => Number((await redis?.pubsub('NUMSUB', `atelier:broadcast:${channel}`))?.[1]) === count);
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await isSo());) {
    if (Date.now() > deadline) throw new Error('It did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
