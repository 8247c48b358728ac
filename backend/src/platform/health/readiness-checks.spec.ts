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
  check(): Promise<void>;
  current(): Promise<Space>;
}

const healthy: World = { query: async () => [], check: async () => undefined, current: async () => ROOM };

function checksIn(world: Partial<World>): ReadinessChecks {
  const { query, check, current } = { ...healthy, ...world };
  // DataSource.query is generic; what it answers is not looked at.
  return new ReadinessChecks({ query } as never, { check }, { current }, new Clock());
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
    checks: { database: 'ok', storage: 'ok', disk_space: 'ok' },
  });
});

test.each<[string, Partial<World>, string, string]>([
  ['the database fails', { query: () => Promise.reject(new Error('gone')) }, 'database', 'unavailable'],
  ['the folder can not be written to', { check: () => Promise.reject(new Error('EROFS')) }, 'storage', 'unavailable'],
  ['the disk is nearly full', { current: async () => ({ ...ROOM, isNearlyFull: true }) }, 'disk_space', 'ok'],
])('says so when %s', async (_, world, check, status) => {
  expect(await checksIn(world).run()).toEqual({
    status,
    checks: { database: 'ok', storage: 'ok', disk_space: 'ok', [check]: 'failed' },
  });
});

test('answers within 3 s when everything hangs, and asks the database once', async () => {
  const query = jest.fn(never);
  const checks = checksIn({ query, check: never, current: never });
  const startedAt = Date.now();

  const both = Promise.all([checks.run(), checks.run()]);
  await jest.advanceTimersByTimeAsync(2_999);

  const hung = { status: 'unavailable', checks: { database: 'failed', storage: 'failed', disk_space: 'failed' } };
  expect(await both).toEqual([hung, hung]);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect(query).toHaveBeenCalledTimes(1);
});
