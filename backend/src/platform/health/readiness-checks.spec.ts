import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Space } from '../disk/index.js';
import { Logger } from '@nestjs/common';
import { Clock } from '../time/index.js';
import { ReadinessChecks } from './readiness-checks.js';

// The specs make things fail that are logged.
Logger.overrideLogger(false);

const ROOM: Space = { freeBytes: 9e9, totalBytes: 1e10, isNearlyFull: false };
const never = (): Promise<never> => new Promise(() => undefined);

interface World {
  query(): Promise<unknown>;
  /** Whether the data folder can be written to. */
  write(): Promise<void>;
  /** Whether the store of the images can. */
  check(): Promise<void>;
  current(): Promise<Space>;
  /** Whether Redis answers. */
  ping(): Promise<void>;
}

const healthy: World = {
  query: async () => [],
  write: async () => undefined,
  check: async () => undefined,
  current: async () => ROOM,
  ping: async () => undefined,
};

function checksIn(world: Partial<World>, databaseUrl?: string): ReadinessChecks {
  const { query, write, check, current, ping } = { ...healthy, ...world };
  // DataSource.query is generic; what it answers is not looked at.
  return new ReadinessChecks(
    { query } as never,
    { check: write },
    { check },
    { current },
    { databaseUrl },
    { ping },
    new Clock(),
  );
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('is ready when everything is there', async () => {
  expect(await checksIn({}).run()).toEqual({
    status: 'ok',
    checks: { database: 'ok', storage: 'ok', disk_space: 'ok', queue: 'ok' },
  });
});

test.each<[string, Partial<World>, string, string]>([
  ['the database fails', { query: () => Promise.reject(new Error('gone')) }, 'database', 'unavailable'],
  ['the database has no disk', { write: () => Promise.reject(new Error('EROFS')) }, 'database', 'unavailable'],
  ['images can not be stored', { check: () => Promise.reject(new Error('SlowDown')) }, 'storage', 'unavailable'],
  ['the disk is nearly full', { current: async () => ({ ...ROOM, isNearlyFull: true }) }, 'disk_space', 'ok'],
  ['Redis is away', { ping: () => Promise.reject(new Error('ECONNREFUSED')) }, 'queue', 'ok'],
])('says so when %s', async (_, world, check, status) => {
  expect(await checksIn(world).run()).toEqual({
    status,
    checks: { database: 'ok', storage: 'ok', disk_space: 'ok', queue: 'ok', [check]: 'failed' },
  });
});

test('does not mind a data folder that nobody writes to', async () => {
  const checks = checksIn({ write: () => Promise.reject(new Error('EROFS')) }, 'mysql://127.0.0.1/atelier');

  expect((await checks.run()).status).toBe('ok');
});

test('is not ready any more once it stops', async () => {
  const checks = checksIn({});
  checks.onModuleDestroy();

  expect(await checks.run()).toMatchObject({ status: 'unavailable', checks: { database: 'ok', queue: 'ok' } });
});

test('tells of an outage once, and of its end', async () => {
  const lines: string[] = [];
  const note = (_: unknown, line: string): void => void lines.push(line);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(note);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(note);
  let isAway = true;
  const checks = checksIn({ ping: async () => (isAway ? Promise.reject(new Error('ECONNREFUSED')) : undefined) });

  for (let time = 0; time < 3; time += 1) await checks.run();
  isAway = false;
  for (let time = 0; time < 3; time += 1) await checks.run();
  jest.restoreAllMocks();

  expect(lines).toEqual(['A readiness check failed', 'A readiness check is well again']);
});

test('answers within 3 s when everything hangs, and asks the database once', async () => {
  const query = jest.fn(never);
  const checks = checksIn({ query, write: never, check: never, current: never, ping: never });
  const startedAt = Date.now();

  const both = Promise.all([checks.run(), checks.run()]);
  await jest.advanceTimersByTimeAsync(2_999);

  const hung = {
    status: 'unavailable',
    checks: { database: 'failed', storage: 'failed', disk_space: 'failed', queue: 'failed' },
  };
  expect(await both).toEqual([hung, hung]);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect(query).toHaveBeenCalledTimes(1);
});
