import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { InProcessBroadcast } from '../../../platform/broadcast/in-process.broadcast.js';
import { LedgerAudit, SYSTEM_ACTOR } from '../../credits/index.js';
import { ProviderAttempts, ProviderError } from '../../providers/index.js';
import { PRICE, openStudio } from '../testing/open-studio.js';
import { type TestWorker, openWorker } from '../testing/open-worker.js';
import { QueueingProvider, VendorQueue } from '../testing/queueing-provider.js';
import { CanceledItems } from './canceled-items.js';
import { ItemCalls } from './item-calls.js';
import { LEASE_MS } from './item-claims.js';

const HOUR_MS = 60 * 60_000;

describeAppOnEveryDatabase("An image in a vendor's queue", (start) => {
  /** Two processes on one installation, and a vendor. */
  async function open() {
    const studio = await openStudio(start);
    const { app, clock } = studio;
    const vendor = new VendorQueue();
    const provider = new QueueingProvider(vendor);
    const [first, second] = [openWorker(studio, provider), openWorker(studio, provider)];
    const begin = async (id: string, { starts, worker }: TestWorker): Promise<void> => {
      const started = await starts.start(id);
      if (!started) throw new Error('The item could not be claimed');
      return worker.run(started.item, started);
    };
    return {
      ...studio,
      ...{ vendor, provider, first, second },
      /** Has the item taken up. @returns the work on it, which waits for the vendor */
      async takeUp(id: string, by = first) {
        const before = vendor.waiting;
        const work = begin(id, by);
        await until(() => vendor.waiting > before);
        return { work };
      },
      /** The process dies: nobody hears of it again, and its lease runs out. */
      die: () => void (clock.nowMs += LEASE_MS + 1),
      calls: async (id: string) =>
        app
          .get(DataSource)
          .query<unknown[]>(
            'SELECT fence, state, accepted_handle, provider_request_id FROM provider_attempt WHERE item_id = ? ORDER BY fence',
            [id],
          ),
      expectSound: async (id: string, state: string) => {
        const isCharged = state === 'SUCCEEDED';
        expect(await studio.stateOf(id)).toBe(state);
        expect(await studio.images(id)).toBe(isCharged ? 1 : 0);
        expect(await studio.balance()).toEqual(isCharged ? [100 - PRICE, 0, PRICE] : [100, 0, 0]);
        expect((await app.get(LedgerAudit).run()).mismatches).toEqual([]);
      },
    };
  }

  test('is fetched by whoever takes over from a process that died, and comes late to nobody else', async () => {
    const { app, clock, submit, takeUp, die, second, vendor, calls, expectSound } = await open();
    const id = await submit();
    const late = await takeUp(id);
    expect(await calls(id)).toMatchObject([{ fence: 1, state: 'STARTED', accepted_handle: 'job-1' }]);
    die();
    expect(await app.get(ItemCalls).closeDeserted(10)).toBe(1);

    const taken = await takeUp(id, second);
    expect(await calls(id)).toMatchObject([
      { fence: 1, state: 'UNKNOWN', accepted_handle: 'job-1' },
      { fence: 2, state: 'STARTED', accepted_handle: 'job-1' },
    ]);
    // The other one was not dead: both have the image now.
    await vendor.finish();
    await Promise.all([late.work, taken.work]);

    expect(vendor).toMatchObject({ submissions: 1, calledOff: [] });
    expect(await calls(id)).toMatchObject([
      { state: 'SUCCEEDED', provider_request_id: 'job-1' },
      { state: 'SUCCEEDED', provider_request_id: 'job-1' },
    ]);
    await expectSound(id, 'SUCCEEDED');
    expect(await app.get(ProviderAttempts).sumsSince(clock.nowMs - HOUR_MS)).toMatchObject([
      { calls: 2, costMicros: 5_000, unknownCosts: 0 },
    ]);
  });

  test('stays in the queue while a process stops and the next one starts', async () => {
    const { app, clock, submit, takeUp, first, second, vendor, expectSound } = await open();
    const id = await submit();
    const { work } = await takeUp(id);
    first.worker.abortAll();
    await work;

    const taken = await takeUp(id, second);
    await vendor.finish();
    await taken.work;

    expect(vendor).toMatchObject({ submissions: 1, calledOff: [] });
    await expectSound(id, 'SUCCEEDED');
    // One order is on the bill.
    expect(await app.get(ProviderAttempts).sumsSince(clock.nowMs - HOUR_MS)).toMatchObject([
      { calls: 2, costMicros: 5_000, unknownCosts: 0 },
    ]);
  });

  test('is asked for again where the vendor has forgotten it, and is charged once', async () => {
    const { app, clock, submit, takeUp, die, first, second, vendor, provider, calls, expectSound } = await open();
    const id = await submit();
    const dead = await takeUp(id);
    die();
    vendor.forget();
    let asked: unknown[] = [];
    provider.beforeAcceptance = async () => (asked = await calls(id));

    const taken = await takeUp(id, second);
    await app.get(ItemCalls).closeDeserted(10);
    await vendor.finish();
    await taken.work;

    expect(vendor.submissions).toBe(2);
    // Nobody looks for the lost one again.
    expect(asked).toMatchObject([{ accepted_handle: 'job-1' }, { accepted_handle: null }]);
    expect(await calls(id)).toMatchObject([
      { state: 'UNKNOWN', accepted_handle: 'job-1' },
      { state: 'SUCCEEDED', accepted_handle: 'job-2' },
    ]);
    await expectSound(id, 'SUCCEEDED');
    // What was forgotten may be on the bill.
    expect(await app.get(ProviderAttempts).sumsSince(clock.nowMs - HOUR_MS)).toMatchObject([
      { costMicros: 5_000, unknownCosts: 1 },
    ]);
    first.worker.abortAll();
    await dead.work;
  });

  test('is asked for again when it has become too old', async () => {
    const { submit, takeUp, clock, first, second, vendor, expectSound } = await open();
    const id = await submit();
    const dead = await takeUp(id);
    clock.nowMs += HOUR_MS / 2;
    const stopped = await takeUp(id, second);
    expect(vendor.submissions).toBe(1);
    second.worker.abortAll();
    await stopped.work;
    // What counts is when it was asked for, not when it was taken up.
    clock.nowMs += HOUR_MS / 2 + 1;

    const { work } = await takeUp(id, first);
    await vendor.finish();
    await Promise.all([work, dead.work]);

    expect(vendor.submissions).toBe(2);
    await expectSound(id, 'SUCCEEDED');
  });

  test('is waited for once more when touch with the vendor was lost, and asked for again after its word', async () => {
    const { submit, vendor, provider, first, expectSound } = await open();
    const id = await submit();
    const wait = jest.spyOn(vendor, 'wait');
    wait.mockRejectedValueOnce(new ProviderError('provider_unavailable'));
    wait.mockRejectedValueOnce(new ProviderError('provider_unavailable', { httpStatus: 503 }));
    provider.beforeAcceptance = () => vendor.finish();

    expect(await first.drive(id)).toBe(3);

    expect(wait.mock.calls.map(([handle]) => handle)).toEqual(['job-1', 'job-1', 'job-2']);
    await expectSound(id, 'SUCCEEDED');
  });

  test('is called off when nobody waits for it any longer', async () => {
    const { submit, vendor, first, expectSound } = await open();
    const id = await submit();
    const wait = jest.spyOn(vendor, 'wait').mockRejectedValue(new ProviderError('timeout'));

    expect(await first.drive(id)).toBe(2);
    await first.callOffs.settled();

    expect(wait.mock.calls.map(([handle]) => handle)).toEqual(['job-1', 'job-1']);
    expect(vendor.calledOff).toEqual(['job-1']);
    await expectSound(id, 'FAILED');
  });

  test('is called off when it is canceled, at work or waiting, and only then', async () => {
    const { app, queue, submitBatch, takeUp, first, vendor, balance, calls } = await open();
    const [atWork = '', waiting = ''] = await submitBatch(2);
    const stopped = await takeUp(waiting);
    first.worker.abortAll();
    await stopped.work;
    const { work } = await takeUp(atWork);
    const canceledItems = new CanceledItems(new InProcessBroadcast(), first.worker, first.callOffs);
    canceledItems.onModuleInit();
    const [call] = await app
      .get(DataSource)
      .query<{ generation_id: string }[]>('SELECT generation_id FROM generation_item WHERE id = ?', [atWork]);

    const canceled = await queue.cancel(call?.generation_id ?? '', SYSTEM_ACTOR);
    // Nobody waits for the vendor.
    expect(await balance()).toEqual([100, 0, 0]);
    expect(vendor.calledOff).toEqual([]);
    canceledItems.announce(canceled);
    await Promise.all([work, first.callOffs.settled()]);

    expect(vendor.calledOff.toSorted()).toEqual(['job-1', 'job-2']);
    expect(vendor.waiting).toBe(0);
    expect(await calls(atWork)).toMatchObject([{ accepted_handle: 'job-2' }]);
    canceledItems.onModuleDestroy();
  });

  test('is called off when it is accepted after its item is lost', async () => {
    const { queue, submit, takeUp, provider, first, vendor, calls, expectSound, app } = await open();
    const id = await submit();
    const [row] = await app
      .get(DataSource)
      .query<{ generation_id: string }[]>('SELECT generation_id FROM generation_item WHERE id = ?', [id]);
    provider.beforeAcceptance = () => queue.cancel(row?.generation_id ?? '', SYSTEM_ACTOR);

    const { work } = await takeUp(id);
    await first.callOffs.settled();
    expect(vendor.calledOff).toEqual(['job-1']);
    first.worker.abort(id);
    await work;

    expect(await calls(id)).toMatchObject([{ accepted_handle: null }]);
    await expectSound(id, 'CANCELED');
  });

  test('is made although nobody could write down that it was accepted', async () => {
    const { app, submit, takeUp, vendor, expectSound } = await open();
    const accepted = jest.spyOn(app.get(ItemCalls), 'accepted').mockRejectedValueOnce(new Error('no database'));
    const id = await submit();

    const { work } = await takeUp(id);
    await vendor.finish();
    await work;

    expect(accepted).toHaveBeenCalledTimes(1);
    expect(vendor).toMatchObject({ submissions: 1, calledOff: [] });
    await expectSound(id, 'SUCCEEDED');
  });
});
