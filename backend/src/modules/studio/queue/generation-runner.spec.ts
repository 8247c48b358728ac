import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DUTIES, type Configuration, type ProcessRole } from '../../../platform/config/index.js';
import type { Tier } from '@atelier/contracts';
import type { ImageThumbnails } from '../../gallery/index.js';
import { GenerationRunner } from './generation-runner.js';
import type { GenerationWatch } from '../events/generation-watch.js';
import type { ClaimedItem, ItemClaims } from '../items/item-claims.js';
import type { ItemStarts } from '../items/item-starts.js';
import type { ItemWorker } from '../items/item-worker.js';
import { MAX_AT_WORK_PER_PROCESS, PLACES } from './queue-limits.js';
import type { Wake, WakeUps } from './wake-ups/wake-ups.js';

/** A queue in memory, a worker whose work ends when it is told to, and wake-ups that the test makes. */
function open({
  role = 'all',
  databaseUrl,
  tier = 'standard',
}: { role?: ProcessRole; databaseUrl?: string; tier?: Tier } = {}) {
  const waiting: string[] = [];
  const taken = new Set<string>();
  const working = new Map<string, () => void>();
  let wake: Wake | undefined;
  const claims = {
    due: jest.fn(async (limit: number) => waiting.slice(0, limit)),
    endAllLeases: jest.fn(async () => undefined),
  };
  const starts = {
    start: jest.fn(async (id: string) => {
      if (taken.has(id)) return undefined;
      taken.add(id);
      waiting.splice(waiting.indexOf(id), 1);
      return { item: { id } as ClaimedItem, generation: { tier }, call: undefined };
    }),
  };
  const worker = {
    run: jest.fn(({ id }: ClaimedItem) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      working.set(id, () => {
        working.delete(id);
        resolve(undefined);
      });
      return promise;
    }),
    abortAll: jest.fn(() => {
      for (const end of working.values()) end();
    }),
  };
  const thumbnailsRoom = Promise.withResolvers<undefined>();
  const thumbnails = { isBehind: false, room: thumbnailsRoom.promise };
  const watch = { stop: jest.fn() };
  const wakeUps = {
    lookEveryMs: 1_000,
    listen: jest.fn((listener: Wake) => {
      wake = listener;
    }),
    stopListening: jest.fn(async () => undefined),
    settle: jest.fn(async () => undefined),
  };
  const runner = new GenerationRunner(
    { duties: DUTIES[role], databaseUrl } as Configuration,
    claims as unknown as ItemClaims,
    starts as unknown as ItemStarts,
    worker as unknown as ItemWorker,
    thumbnails as unknown as ImageThumbnails,
    watch as unknown as GenerationWatch,
    wakeUps as unknown as WakeUps,
  );
  const submit = (...ids: string[]) => void waiting.push(...ids);
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `item-${n}`);
  const thumbnailsCatchUp = (): void => {
    thumbnails.isBehind = false;
    thumbnailsRoom.resolve(undefined);
  };
  return {
    ...{ runner, claims, starts, worker, thumbnails, thumbnailsCatchUp, watch, wakeUps, working, taken, submit, ids },
    wake: (n: number) => wake?.(n),
  };
}

/** Lets everything happen that needs no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

/** Looks by itself happen under a clock of the test's own; `setImmediate` stays what it is. */
async function underTestClock(body: () => Promise<void>): Promise<void> {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
  try {
    await body();
  } finally {
    jest.useRealTimers();
  }
}

// Failed looks are logged.
Logger.overrideLogger(false);

test('takes as many as it has room for, and the next one as soon as one ends', () =>
  underTestClock(async () => {
    const { runner, working, submit, ids, wake, worker } = open();
    await runner.onApplicationBootstrap();
    const most = MAX_AT_WORK_PER_PROCESS;
    submit(...ids(most + 3));

    void wake(most + 3);
    await settled();
    expect([...working.keys()]).toEqual(ids(most));

    working.get('item-2')?.();
    await settled();
    expect(working.has(`item-${most}`)).toBe(true);
    expect(working.size).toBe(most);
    expect(worker.run).toHaveBeenCalledTimes(most + 1);
  }));

test('takes fewer of the images that are large', () =>
  underTestClock(async () => {
    const { runner, working, submit, ids, wake } = open({ tier: 'premium4' });
    await runner.onApplicationBootstrap();
    submit(...ids(20));

    void wake(20);
    await settled();

    expect(working.size).toBe(MAX_AT_WORK_PER_PROCESS / PLACES.premium4);
  }));

test('takes nothing while thumbnails have fallen behind, and goes on when they have caught up', () =>
  underTestClock(async () => {
    const { runner, claims, working, thumbnails, thumbnailsCatchUp, submit, ids, wake } = open();
    thumbnails.isBehind = true;
    await runner.onApplicationBootstrap();
    submit(...ids(3));
    void wake(1);
    void wake(2);
    await settled();
    expect(claims.due).not.toHaveBeenCalled();

    thumbnailsCatchUp();
    await settled();
    expect([...working.keys()]).toEqual(ids(3));
  }));

test('takes no more than it is woken for, and passes over what somebody else has taken', () =>
  underTestClock(async () => {
    const { runner, claims, working, taken, submit, wake } = open();
    await runner.onApplicationBootstrap();
    await settled();
    jest.advanceTimersByTime(0);
    await settled();
    submit('a', 'b', 'c', 'd');
    taken.add('a');

    void wake(2);
    await settled();

    expect([...working.keys()]).toEqual(['b', 'c']);
    expect(claims.due).toHaveBeenLastCalledWith(2 + 8);
  }));

test('claims nothing while it has no room, and nothing twice', () =>
  underTestClock(async () => {
    const { runner, claims, starts, working, submit, ids, wake } = open();
    await runner.onApplicationBootstrap();
    submit(...ids(MAX_AT_WORK_PER_PROCESS));
    void wake(MAX_AT_WORK_PER_PROCESS);
    await settled();
    const looks = claims.due.mock.calls.length;
    submit('item-0', 'another');

    // The look that comes by itself.
    jest.advanceTimersByTime(1_200);
    await settled();
    expect(claims.due).toHaveBeenCalledTimes(looks);

    working.get('item-1')?.();
    await settled();
    expect(starts.start.mock.calls.filter(([id]) => id === 'item-0')).toHaveLength(1);
    expect([...working.keys()]).toEqual([...ids(MAX_AT_WORK_PER_PROCESS).filter((id) => id !== 'item-1'), 'another']);
  }));

test('looks as often as its wake-ups ask for', () =>
  underTestClock(async () => {
    const { runner, claims, wakeUps } = open();
    wakeUps.lookEveryMs = 5_000;
    await runner.onApplicationBootstrap();
    jest.advanceTimersByTime(0);
    await settled();
    const looks = claims.due.mock.calls.length;

    jest.advanceTimersByTime(3_900);
    await settled();
    expect(claims.due).toHaveBeenCalledTimes(looks);
    jest.advanceTimersByTime(2_200);
    await settled();
    expect(claims.due).toHaveBeenCalledTimes(looks + 1);
  }));

test('keeps who wakes it waiting until there is room for another', () =>
  underTestClock(async () => {
    const { runner, working, submit, ids, wake } = open();
    await runner.onApplicationBootstrap();
    submit(...ids(MAX_AT_WORK_PER_PROCESS));
    const woken = jest.fn();
    void wake(MAX_AT_WORK_PER_PROCESS)?.then(woken);
    await settled();
    expect(woken).not.toHaveBeenCalled();

    working.get('item-0')?.();
    await settled();
    expect(woken).toHaveBeenCalledTimes(1);
  }));

test('finds by looking what nobody announced, also after a look that failed', () =>
  underTestClock(async () => {
    const { runner, claims, working, submit } = open();
    claims.due.mockRejectedValueOnce(new Error('away'));
    await runner.onApplicationBootstrap();
    jest.advanceTimersByTime(0);
    await settled();
    submit('a');
    await settled();
    expect(working.size).toBe(0);

    // A look may come a fifth later than on average.
    jest.advanceTimersByTime(1_200);
    await settled();
    expect([...working.keys()]).toEqual(['a']);
  }));

test('ends the leases of a process before it on SQLite only, and works only where that is its duty', async () => {
  const sqlite = open();
  await sqlite.runner.onApplicationBootstrap();
  expect(sqlite.claims.endAllLeases).toHaveBeenCalledTimes(1);
  await sqlite.runner.beforeApplicationShutdown();

  const shared = open({ databaseUrl: 'mysql://somewhere' });
  await shared.runner.onApplicationBootstrap();
  expect(shared.claims.endAllLeases).not.toHaveBeenCalled();
  expect(shared.wakeUps.listen).toHaveBeenCalledTimes(1);
  await shared.runner.beforeApplicationShutdown();

  const idle = open({ role: 'api' });
  await idle.runner.onApplicationBootstrap();
  expect(idle.wakeUps.listen).not.toHaveBeenCalled();
  await idle.runner.beforeApplicationShutdown();
});

test('stops taking when it is to stop, gives its work ten seconds, and then has it put back', () =>
  underTestClock(async () => {
    const { runner, starts, worker, watch, wakeUps, working, submit, wake } = open();
    await runner.onApplicationBootstrap();
    submit('a');
    void wake(1);
    await settled();
    const stopped = jest.fn();
    void runner.beforeApplicationShutdown().then(stopped);
    await settled();
    submit('b');
    void wake(1);
    await settled();
    expect(wakeUps.stopListening).toHaveBeenCalledTimes(1);
    expect(starts.start).toHaveBeenCalledTimes(1);
    expect(working.size).toBe(1);

    jest.advanceTimersByTime(9_999);
    await settled();
    expect(worker.abortAll).not.toHaveBeenCalled();
    expect(watch.stop).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await settled();

    expect(worker.abortAll).toHaveBeenCalledTimes(1);
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(wakeUps.settle).toHaveBeenCalledTimes(1);
    expect(watch.stop).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  }));

test('keeps nobody waiting when it is to stop, and no timer when its work ends in time', () =>
  underTestClock(async () => {
    const { runner, working, submit, ids, wake } = open();
    await runner.onApplicationBootstrap();
    submit(...ids(MAX_AT_WORK_PER_PROCESS));
    const woken = jest.fn();
    void wake(MAX_AT_WORK_PER_PROCESS)?.then(woken);
    await settled();
    const stopped = runner.beforeApplicationShutdown();
    await settled();
    expect(woken).toHaveBeenCalledTimes(1);

    for (const end of [...working.values()]) end();
    await stopped;
    expect(jest.getTimerCount()).toBe(0);
  }));
