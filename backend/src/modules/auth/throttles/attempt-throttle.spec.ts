import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { RedisConnections } from '../../../platform/redis/index.js';
import { AttemptThrottle } from './attempt-throttle.js';
import { Limiters } from '../../../platform/throttling/index.js';

const THROTTLED = { code: 'auth.throttled', kind: 'throttled' };
const wrong = (): Promise<undefined> => Promise.resolve(undefined);
const right = (): Promise<string> => Promise.resolve('signed in');

const redisUrl = process.env['TEST_REDIS_URL'];
const stores: [string, string | undefined][] = [
  ['memory', undefined],
  ['memory, while Redis is down', 'redis://127.0.0.1:1'],
  ...(redisUrl === undefined ? [] : ([['Redis', redisUrl]] satisfies [string, string][])),
];
const keys = new SecretKeys(new Configuration(readVariables({}), 'a master key of at least 32 bytes'));
const opened: RedisConnections[] = [];

/** The throttle of one process. */
async function startProcess(url: string | undefined): Promise<AttemptThrottle> {
  const redis = await RedisConnections.open(url);
  opened.push(redis);
  return new AttemptThrottle(new Limiters(redis), keys);
}

describe.each(stores)('AttemptThrottle with its counts in %s', (_, url) => {
  const start = (): Promise<AttemptThrottle> => startProcess(url);

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  });

  afterEach(() => {
    for (const redis of opened.splice(0)) redis.onApplicationShutdown();
    jest.restoreAllMocks();
  });

  test('is told of what another process has counted exactly when both count in Redis', async () => {
    const [here, there] = [await start(), await start()];
    const [account, address] = [newAccount(), newAddress()];
    for (let failures = 0; failures < 5; failures += 1) await here.passwordAttempt(account, address, wrong);

    const answer = there.passwordAttempt(account, address, right);

    if (url !== undefined && url === redisUrl) await expect(answer).rejects.toMatchObject(THROTTLED);
    else await expect(answer).resolves.toBe('signed in');
  });

  let accounts = 0;
  const newAccount = (): string => `user${(accounts += 1)}-${process.pid}-${Date.now()}@example.com`;
  let networks = Math.floor(Math.random() * 60_000);
  const newAddress = (): string => `10.${(networks += 1) >> 8}.${networks & 255}.${Math.floor(Math.random() * 255)}`;

  test('lets a handful of 1,000 parallel guesses from 100 addresses through, and other accounts alone', async () => {
    const throttle = await start();
    const [attacked, other] = [newAccount(), newAccount()];
    const addresses = Array.from({ length: 100 }, newAddress);
    let guesses = 0;

    const outcomes = await Promise.allSettled(
      Array.from({ length: 1_000 }, (__, index) =>
        throttle.passwordAttempt(attacked, addresses[index % 100] ?? '', () => {
          guesses += 1;
          return wrong();
        }),
      ),
    );

    expect(guesses).toBeLessThanOrEqual(8);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(1_000 - guesses);
    await expect(throttle.passwordAttempt(attacked, newAddress(), right)).rejects.toMatchObject(THROTTLED);
    await expect(throttle.passwordAttempt(other, newAddress(), right)).resolves.toBe('signed in');
  });

  test('doubles the wait with every further failure', async () => {
    const throttle = await start();
    const [account, address] = [newAccount(), newAddress()];
    for (let failures = 0; failures < 5; failures += 1) await throttle.passwordAttempt(account, address, wrong);

    await expect(throttle.passwordAttempt(account, address, wrong)).rejects.toMatchObject(THROTTLED);
    await eventually(() => throttle.passwordAttempt(account, address, wrong));
    const refusal: unknown = await throttle.passwordAttempt(account, address, wrong).catch((error: unknown) => error);

    expect(refusal).toMatchObject(THROTTLED);
    const { retryAfterMs } = refusal as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(1_000);
    expect(retryAfterMs).toBeLessThanOrEqual(2_000);
  });

  test('lets the owner in from where they have signed in before, while strangers keep the account busy', async () => {
    const throttle = await start();
    const [account, home] = [newAccount(), newAddress()];
    await throttle.passwordAttempt(account, home, right);
    for (let failures = 0; failures < 5; failures += 1) await throttle.passwordAttempt(account, newAddress(), wrong);

    await expect(throttle.passwordAttempt(account, newAddress(), right)).rejects.toMatchObject(THROTTLED);
    await expect(throttle.passwordAttempt(account, home, right)).resolves.toBe('signed in');
  });

  test('forgets failures with a success, and takes any number of good sign-ins', async () => {
    const throttle = await start();
    const [account, address] = [newAccount(), newAddress()];
    for (let round = 0; round < 10; round += 1) {
      for (let failures = 0; failures < 4; failures += 1) await throttle.passwordAttempt(account, address, wrong);
      await throttle.passwordAttempt(account, address, right);
    }

    const sameAccount = Array.from({ length: 100 }, () => throttle.passwordAttempt(account, address, right));
    const otherAccounts = Array.from({ length: 200 }, () => throttle.passwordAttempt(newAccount(), address, right));
    await expect(Promise.all([...sameAccount, ...otherAccounts])).resolves.toHaveLength(300);
  });

  test('stops an address that tries one password on many accounts', async () => {
    const throttle = await start();
    const address = newAddress();
    let guesses = 0;

    for (let index = 0; index < 400; index += 1) {
      const attempt = (): Promise<undefined> => {
        guesses += 1;
        return wrong();
      };
      await throttle.passwordAttempt(newAccount(), address, attempt).catch(() => undefined);
    }

    expect(guesses).toBeLessThanOrEqual(300);
    await expect(throttle.passwordAttempt(newAccount(), address, right)).rejects.toMatchObject(THROTTLED);
  });

  test('bounds rejected one-time tokens per address, not accepted ones', async () => {
    const throttle = await start();
    const address = newAddress();
    for (let count = 0; count < 100; count += 1) await throttle.tokenAttempt(address, right);
    for (let count = 0; count < 60; count += 1) {
      await expect(throttle.tokenAttempt(address, () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
    }

    await expect(throttle.tokenAttempt(address, right)).rejects.toMatchObject(THROTTLED);
    await expect(throttle.tokenAttempt(newAddress(), right)).resolves.toBe('signed in');
  });
});

describe('Limiters without their Redis', () => {
  test('say so in one line that holds no password', async () => {
    const lines: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(String(line)));
    const redis = await RedisConnections.open('redis://user:hunter2@127.0.0.1:1');
    redis.listen('second');
    const limiter = new Limiters(redis).make({ name: 'test', points: 2, durationS: 60 });

    await eventually(() => (lines.length > 0 ? Promise.resolve() : Promise.reject(new Error('no line yet'))));
    const startedAt = Date.now();
    // Long enough for several attempts to reconnect.
    await eventually(() =>
      Date.now() - startedAt > 1_000 ? Promise.resolve() : Promise.reject(new Error('too early')),
    );
    await limiter.consume('key');
    await limiter.consume('key');
    await expect(limiter.consume('key')).rejects.toMatchObject({ consumedPoints: 3 });
    redis.onApplicationShutdown();
    jest.restoreAllMocks();

    expect(lines).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(lines.join()).not.toContain('hunter2');
  });
});

/** Tries again until it works, as somebody would who was told to wait. */
async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const deadline = Date.now() + 5_000; ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
