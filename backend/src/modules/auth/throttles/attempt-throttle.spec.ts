import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { RedisConnections } from '../../../platform/redis/index.js';
import { openPatientRedis } from '../../../../test/patient-redis.js';
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
const closings: (() => void)[] = [];

/** The throttle of one process; a Redis that is there is waited for, however slow it is. */
async function startProcess(url: string | undefined): Promise<AttemptThrottle> {
  if (url !== undefined && url === redisUrl) {
    const commands = await openPatientRedis(url);
    closings.push(() => commands.disconnect());
    return new AttemptThrottle(new Limiters({ commands }), keys);
  }
  const redis = await RedisConnections.open(url);
  closings.push(() => redis.onApplicationShutdown());
  return new AttemptThrottle(new Limiters(redis), keys);
}

/** Does something in which a wait begins, and again until it was done before that wait was over. */
async function beforeTheWaitIsOver<Result>(
  work: (waitBegins: (waitMs?: number) => void) => Promise<Result>,
): Promise<Result> {
  for (let round = 1; ; round += 1) {
    let endsAt = Infinity;
    const result = await work((waitMs = 1_000) => (endsAt = performance.now() + 0.9 * waitMs));
    if (performance.now() < endsAt || round === 10) return result;
  }
}

/** What an attempt came to. */
async function outcomeOf<Result>(attempt: Promise<Result>): Promise<PromiseSettledResult<Result>> {
  const [outcome] = await Promise.allSettled([attempt]);
  return outcome;
}

describe.each(stores)('AttemptThrottle with its counts in %s', (_, url) => {
  const start = (): Promise<AttemptThrottle> => startProcess(url);

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  });

  afterEach(() => {
    for (const close of closings.splice(0)) close();
    jest.restoreAllMocks();
  });

  test('is told of what another process has counted exactly when both count in Redis', async () => {
    const [here, there] = [await start(), await start()];

    const outcome = await beforeTheWaitIsOver(async (waitBegins) => {
      const [account, address] = [newAccount(), newAddress()];
      await failFiveTimes(here, account, () => address, waitBegins);
      return outcomeOf(there.passwordAttempt(account, address, right));
    });

    const isShared = url !== undefined && url === redisUrl;
    expect(outcome).toMatchObject(isShared ? { reason: THROTTLED } : { value: 'signed in' });
  });

  let accounts = 0;
  const newAccount = (): string => `user${(accounts += 1)}-${process.pid}-${Date.now()}@example.com`;
  let networks = Math.floor(Math.random() * 60_000);
  const newAddress = (): string => `10.${(networks += 1) >> 8}.${networks & 255}.${Math.floor(Math.random() * 255)}`;

  /** The last failure has the account wait for a second. */
  async function failFiveTimes(
    throttle: AttemptThrottle,
    account: string,
    addressOf: () => string,
    waitBegins: () => void,
  ): Promise<void> {
    for (let failures = 1; failures <= 5; failures += 1) {
      if (failures === 5) waitBegins();
      await throttle.passwordAttempt(account, addressOf(), wrong);
    }
  }

  test('lets a handful of 1,000 parallel guesses from 100 addresses through, and other accounts alone', async () => {
    const throttle = await start();
    const addresses = Array.from({ length: 100 }, newAddress);

    const { guesses, outcomes, owner } = await beforeTheWaitIsOver(async (waitBegins) => {
      const attacked = newAccount();
      let guesses = 0;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 1_000 }, (__, index) =>
          throttle.passwordAttempt(attacked, addresses[index % 100] ?? '', () => {
            guesses += 1;
            waitBegins(1_000 * 2 ** Math.max(0, guesses - 5));
            return wrong();
          }),
        ),
      );
      return { guesses, outcomes, owner: await outcomeOf(throttle.passwordAttempt(attacked, newAddress(), right)) };
    });

    expect(guesses).toBeLessThanOrEqual(8);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(1_000 - guesses);
    expect(owner).toMatchObject({ reason: THROTTLED });
    await expect(throttle.passwordAttempt(newAccount(), newAddress(), right)).resolves.toBe('signed in');
  });

  test('doubles the wait with every further failure', async () => {
    const throttle = await start();
    const address = newAddress();
    const fail = (account: string) => throttle.passwordAttempt(account, address, wrong);

    const first = await beforeTheWaitIsOver(async (waitBegins) => {
      const account = newAccount();
      await failFiveTimes(throttle, account, () => address, waitBegins);
      return fail(account).catch((error: unknown) => error);
    });
    expect(first).toMatchObject(THROTTLED);
    expect((first as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(1_000);

    const second = await beforeTheWaitIsOver(async (waitBegins) => {
      const account = newAccount();
      await failFiveTimes(throttle, account, () => address, waitBegins);
      await eventually(() => {
        waitBegins();
        return fail(account);
      });
      return fail(account).catch((error: unknown) => error);
    });
    expect(second).toMatchObject(THROTTLED);
    const { retryAfterMs } = second as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(1_000);
    expect(retryAfterMs).toBeLessThanOrEqual(2_000);
  });

  test('lets the owner in from where they have signed in before, while strangers keep the account busy', async () => {
    const throttle = await start();
    const home = newAddress();

    const [account, stranger] = await beforeTheWaitIsOver(async (waitBegins) => {
      const account = newAccount();
      await throttle.passwordAttempt(account, home, right);
      await failFiveTimes(throttle, account, newAddress, waitBegins);
      return [account, await outcomeOf(throttle.passwordAttempt(account, newAddress(), right))] as const;
    });

    expect(stranger).toMatchObject({ reason: THROTTLED });
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
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
