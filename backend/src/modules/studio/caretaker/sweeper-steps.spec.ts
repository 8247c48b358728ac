import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DUTIES, type ProcessRole } from '../../../platform/config/index.js';
import { Sweeper } from './sweeper.js';

/** Everything that a sweeper looks after, in the order in which it does; each answers with what it found. */
const NOTHING = {
  exhausted: [] as string[],
  overdue: [] as string[],
  stranded: [] as string[],
  calls: 0,
  keys: 0,
  events: 0,
  thumbnails: 0,
  orphans: [] as string[],
  objects: 0,
};
type Found = typeof NOTHING;

const PASS = ['exhausted', 'overdue', 'stranded', 'calls', 'keys', 'events', 'thumbnails'];
const WALK = ['orphans', 'objects'];

describe('The steps of a sweeper', () => {
  let found: Found;
  let done: string[];
  let limits: Record<string, number>;
  let aborted: string[];
  let calledOff: string[];
  let said: [level: string, facts: unknown][];
  let isDue: boolean;
  let failing: string | undefined;
  const failure = new Error('does not work');

  beforeEach(() => {
    found = { ...NOTHING };
    [done, limits, aborted, calledOff, said, isDue, failing] = [[], {}, [], [], [], true, undefined];
    for (const level of ['log', 'warn', 'error', 'debug'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((facts: unknown) => void said.push([level, facts]));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  function open(role: ProcessRole = 'all', isIdle = true): Sweeper {
    const step = async <Name extends keyof Found>(name: Name, limit = 0): Promise<Found[Name]> => {
      done.push(name);
      limits[name] = limit;
      if (failing === name) throw failure;
      return found[name];
    };
    return new Sweeper(
      { giveUpExhausted: (limit) => step('exhausted', limit) },
      { closeDeserted: (limit) => step('calls', limit) },
      { giveUp: (limit) => step('overdue', limit) },
      { handOver: (limit) => step('stranded', limit) },
      { isDue: (idle) => isDue && idle === isIdle, sweep: () => step('orphans') },
      { isIdle, abort: (itemId) => void aborted.push(itemId) },
      { ofItems: (itemIds) => void calledOff.push(...itemIds) },
      { prepareMissing: () => step('thumbnails') },
      { probe: () => step('objects') },
      { prune: () => step('keys') },
      { prune: () => step('events') },
      { duties: DUTIES[role] },
    );
  }

  test('are all taken, with a limit where there may be much, and nothing is said where nothing was found', async () => {
    const sweeper = open();

    await sweeper.sweep();
    expect(done).toEqual(PASS);
    expect(limits).toMatchObject({ exhausted: 100, overdue: 100, stranded: 100, calls: 1_000 });
    await sweeper.sweepFiles();

    expect(done).toEqual([...PASS, ...WALK]);
    expect(said).toEqual([]);
    expect(aborted).toEqual([]);
  });

  test('say what they found', async () => {
    found = {
      ...{ exhausted: ['zero'], overdue: ['one', 'two'], stranded: ['three'], calls: 1, keys: 2, events: 3 },
      ...{ thumbnails: 4, orphans: ['file'], objects: 5 },
    };
    const sweeper = open();

    await sweeper.sweep();
    await sweeper.sweepFiles();

    expect(said).toEqual([
      ['warn', { itemIds: ['zero'] }],
      ['warn', { itemIds: ['one', 'two'] }],
      ['warn', { itemIds: ['three'] }],
      ['warn', { calls: 1 }],
      ['log', { pruned: 2 }],
      ['log', { pruned: 3 }],
      ['log', { images: 4 }],
      ['log', { keys: ['file'] }],
      ['debug', { images: 5 }],
    ]);
    // Nobody goes on with what was given up.
    expect(aborted).toEqual(['one', 'two']);
    expect(calledOff).toEqual(['zero', 'one', 'two']);
  });

  test('make no thumbnails while images are made, and walk through the files when that is due', async () => {
    const busy = open('all', false);
    await busy.sweep();
    expect(done).toEqual(PASS.filter((step) => step !== 'thumbnails'));

    isDue = false;
    await busy.sweepFiles();
    expect(done).not.toContain('orphans');
    expect(done).toContain('objects');
    isDue = true;
    await busy.sweepFiles();
    expect(done).toContain('orphans');
  });

  test.each([...PASS, ...WALK])('go on when %s fails, which is told by its name', async (name) => {
    failing = name;
    const sweeper = open();

    await sweeper.sweep();
    await sweeper.sweepFiles();

    expect(done).toEqual([...PASS, ...WALK]);
    const STEPS: Record<string, string> = {
      ...{ exhausted: 'exhaustedItems', overdue: 'overdueItems', stranded: 'strandedItems', calls: 'providerCalls' },
      ...{ keys: 'idempotencyKeys', events: 'events', thumbnails: 'thumbnails' },
      ...{ orphans: 'files', objects: 'missingObjects' },
    };
    expect(said).toEqual([['error', { err: failure, step: STEPS[name] }]]);
  });

  test('end when the process stops, and what fails then is no complaint', async () => {
    const stopping = new AbortController();
    const sweeper = open();
    failing = 'overdue';
    const giveUp = sweeper.sweep(stopping.signal);
    // The first step is under way.
    stopping.abort();
    await giveUp;
    expect(done).toEqual(['exhausted']);

    failing = 'orphans';
    await sweeper.sweepFiles(stopping.signal);

    expect(done).toEqual(['exhausted', 'orphans']);
    expect(said).toEqual([]);
  });

  test('are taken again and again, files more seldom at first, until the process stops', async () => {
    jest.useFakeTimers();
    const sweeper = open();
    sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(999);
    expect(done).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(done).toEqual(PASS);
    await jest.advanceTimersByTimeAsync(11_900);
    expect(done).toEqual(PASS);
    await jest.advanceTimersByTimeAsync(7_000);
    expect(done.filter((step) => step === 'exhausted')).toHaveLength(2);
    expect(done.filter((step) => WALK.includes(step))).toEqual(WALK);

    await sweeper.beforeApplicationShutdown();
    const count = done.length;
    await jest.advanceTimersByTimeAsync(60_000);
    expect([done.length, jest.getTimerCount()]).toEqual([count, 0]);
  });

  test('are not taken by a process that leaves the work to others', async () => {
    jest.useFakeTimers();
    open('api').onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(60_000);

    expect(done).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
