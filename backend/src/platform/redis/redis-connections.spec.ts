import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { until } from '../../../test/until.js';
import { RedisConnections } from './redis-connections.js';

const redisUrl = process.env['TEST_REDIS_URL'];
const lines: string[] = [];
/** What was told of outages; an answer that is late is none. */
const outages = (): string[] => lines.filter((line) => !line.startsWith('Redis does not answer yet'));
const opened: RedisConnections[] = [];

async function open(url: string | undefined): Promise<RedisConnections> {
  const redis = await RedisConnections.open(url);
  opened.push(redis);
  return redis;
}

beforeEach(() => {
  lines.length = 0;
  for (const level of ['warn', 'log'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => void lines.push(String(line)));
});

afterEach(() => {
  for (const redis of opened.splice(0)) redis.onApplicationShutdown();
  jest.restoreAllMocks();
});

describe('RedisConnections', () => {
  test('are none, and nothing is wrong, where no Redis is configured', async () => {
    const redis = await open(undefined);

    await expect(redis.ping()).resolves.toBeUndefined();
    expect([redis.commands, redis.isUp, lines]).toEqual([undefined, false, []]);
    expect(() => redis.listen('anything')).toThrow('No Redis is configured');
  });

  test('fail at once while Redis is away, and tell of it in one line', async () => {
    const redis = await open('redis://127.0.0.1:1');
    const listening = [redis.listen('one'), redis.listen('other')];

    // Not that it has timed out.
    await expect(redis.ping()).rejects.toThrow(/enableOfflineQueue/);
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await Promise.all(listening.map((one) => new Promise((resolve) => one.once('reconnecting', resolve))));

    expect(redis.isUp).toBe(false);
    expect(outages()).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  if (redisUrl !== undefined) {
    test('say what Redis objects to, and not the password', async () => {
      const { host } = new URL(redisUrl);
      const redis = await open(`redis://nobody:hunter2@${host}`);

      await expect(redis.ping()).rejects.toThrow();
      await until(() => outages().length > 0);
      expect(outages()).toEqual([expect.stringMatching(/\((WRONGPASS|NOAUTH)\)/)]);
      expect(lines.join()).not.toContain('hunter2');
    });

    test('are there when Redis is', async () => {
      const redis = await open(redisUrl);

      await until(() =>
        redis.ping().then(
          () => true,
          () => false,
        ),
      );
      await expect(redis.listen('one').ping()).resolves.toBe('PONG');
      expect([redis.isUp, outages()]).toEqual([true, []]);
    });
  }
});
