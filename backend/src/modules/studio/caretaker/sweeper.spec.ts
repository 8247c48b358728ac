import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { Configuration, DUTIES } from '../../../platform/config/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { IdempotencyKeys } from '../../../platform/idempotency/index.js';
import { ExpiredHolds } from '../../credits/index.js';
import { GalleryService, ImageThumbnails, MissingObjects } from '../../gallery/index.js';
import { ObjectStore, newImageKey } from '../../storage/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import type { CallOffs } from '../items/call-offs.js';
import { ItemCalls } from '../items/item-calls.js';
import { LEASE_MS } from '../items/item-claims.js';
import { ItemQueue } from '../items/item-queue.js';
import { OrphanFiles } from './orphan-files.js';
import { OverdueItems } from './overdue-items.js';
import { Sweeper } from './sweeper.js';
import { type TestStudio, USER, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { QueueingProvider, VendorQueue } from '../testing/queueing-provider.js';
import { WorkMetrics } from '../items/work-metrics.js';

const HOUR_MS = 3_600_000;
const HOLD_TTL_MS = 24 * HOUR_MS;

interface Surroundings {
  /** Gets the items whose work is stopped. */
  readonly aborted?: string[];
  readonly isIdle?: boolean;
  readonly callOffs?: Pick<CallOffs, 'ofItems'>;
}

/** A sweeper like that of another process: it shares the database and the files, and remembers for itself. */
function newSweeper(
  { app, queue, clock }: TestStudio,
  { aborted = [], isIdle = true, callOffs = { ofItems: () => undefined } }: Surroundings = {},
): Sweeper {
  return new Sweeper(
    queue,
    app.get(ItemCalls),
    new OverdueItems(
      app.get(ExpiredHolds),
      app.get(GenerationEvents),
      app.get(Transactions),
      app.get(WorkMetrics),
      clock,
    ),
    // Nothing waits for a provider that rests here; item-fallback.spec.ts is about those that do.
    { handOver: () => Promise.resolve([]) },
    new OrphanFiles(app.get(ObjectStore), app.get(GalleryService), clock),
    { abort: (itemId) => void aborted.push(itemId), isIdle },
    callOffs,
    app.get(ImageThumbnails),
    app.get(MissingObjects),
    app.get(IdempotencyKeys),
    app.get(GenerationEvents),
    { duties: DUTIES.all },
  );
}

describeAppOnEveryDatabase('Sweeper', (start) => {
  /** An item whose three attempts ended with a lost lease. */
  async function exhaust({ clock, submit, claim }: TestStudio): Promise<string> {
    const id = await submit();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await claim(id);
      clock.nowMs += LEASE_MS + 1;
    }
    return id;
  }

  test('settles what was left behind, so that no credits stay held', async () => {
    const studio = await openStudio(start);
    const overdue = await studio.submit(1);
    const exhausted = await exhaust(studio);
    const aborted: string[] = [];

    await newSweeper(studio, { aborted }).sweep();

    expect(await studio.stateOf(exhausted)).toBe('FAILED');
    expect(await studio.stateOf(overdue)).toBe('FAILED');
    expect(aborted).toEqual([overdue]);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test.each([
    ['whose credits were held for too long', 0, HOLD_TTL_MS],
    ['that was lost too often', 2, LEASE_MS + 1],
  ])('calls an image off at its vendor %s', async (_, lostBefore, laterMs) => {
    const studio = await openStudio(start);
    const vendor = new VendorQueue();
    const id = await studio.submit(HOLD_TTL_MS);
    for (let time = 0; time < lostBefore; time += 1) {
      await studio.claim(id);
      studio.clock.nowMs += LEASE_MS + 1;
    }
    const { starts, worker, callOffs } = openWorker(studio, new QueueingProvider(vendor));
    const started = await starts.start(id);
    if (!started) throw new Error('The item could not be claimed');
    const work = worker.run(started.item, started);
    await until(() => vendor.waiting === 1);
    studio.clock.nowMs += laterMs;
    expect(vendor.calledOff).toEqual([]);

    await newSweeper(studio, { callOffs }).sweep();
    await callOffs.settled();

    expect(await studio.stateOf(id)).toBe('FAILED');
    expect(vendor.calledOff).toEqual(['job-1']);
    worker.abortAll();
    await work;
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('goes on with the other steps when one fails', async () => {
    const studio = await openStudio(start);
    const { app } = studio;
    const overdue = await studio.submit(1);
    const exhausted = await exhaust(studio);
    const calls = [
      jest.spyOn(app.get(ItemQueue), 'giveUpExhausted').mockRejectedValueOnce(new Error('no exhausted items')),
      jest.spyOn(app.get(IdempotencyKeys), 'prune').mockRejectedValueOnce(new Error('no keys')),
      jest.spyOn(app.get(ImageThumbnails), 'prepareMissing').mockRejectedValueOnce(new Error('no thumbnails')),
    ];
    jest.spyOn(app.get(ExpiredHolds), 'itemIds').mockResolvedValueOnce(['nobody', overdue]);
    const sweeper = newSweeper(studio);

    await sweeper.sweep();
    for (const call of calls) expect(call).toHaveBeenCalledTimes(1);
    expect(await studio.stateOf(overdue)).toBe('FAILED');
    expect(await studio.stateOf(exhausted)).toBe('RUNNING');

    await sweeper.sweep();
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('survives files that can not be listed', async () => {
    const studio = await openStudio(start);
    const list = jest.spyOn(studio.app.get(ObjectStore), 'list').mockImplementation(() => {
      throw new Error('unreachable');
    });

    await expect(newSweeper(studio).sweepFiles()).resolves.toBeUndefined();
    expect(list).toHaveBeenCalledTimes(1);
  });

  test('leaves thumbnails and files alone while images are made', async () => {
    const studio = await openStudio(start);
    const prepare = jest.spyOn(studio.app.get(ImageThumbnails), 'prepareMissing');
    const list = jest.spyOn(studio.app.get(ObjectStore), 'list');
    const busy = newSweeper(studio, { isIdle: false });

    await busy.sweep();
    await busy.sweepFiles();
    studio.clock.nowMs += HOUR_MS;
    await busy.sweepFiles();

    expect(prepare).not.toHaveBeenCalled();
    expect(list).toHaveBeenCalledTimes(1);
  });

  test('does everything once when several processes sweep at the same time', async () => {
    const studio = await openStudio(start);
    const { app, clock } = studio;
    const ids = [await studio.submit(1), await studio.submit(1), await exhaust(studio), await exhaust(studio)];
    const orphan = join(app.get(Configuration).dataDir, newImageKey(USER, clock.now(), 'png'));
    mkdirSync(dirname(orphan), { recursive: true });
    writeFileSync(orphan, 'image');
    clock.nowMs += 2 * 24 * HOUR_MS;
    const sweepers = [newSweeper(studio), newSweeper(studio), newSweeper(studio)];
    const everybody = (): Promise<unknown> =>
      Promise.all(sweepers.flatMap((sweeper) => [sweeper.sweep(), sweeper.sweepFiles()]));

    await everybody();
    expect(existsSync(orphan)).toBe(true);
    clock.nowMs += HOUR_MS;
    await everybody();

    expect(existsSync(orphan)).toBe(false);
    for (const id of ids) expect(await studio.stateOf(id)).toBe('FAILED');
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });
});
