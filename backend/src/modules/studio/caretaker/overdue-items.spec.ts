import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { ExpiredHolds } from '../../credits/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { LEASE_MS } from '../items/item-claims.js';
import { OverdueItems } from './overdue-items.js';
import { WorkMetrics } from '../items/work-metrics.js';
import { PRICE, USER, imageOf, openStudio } from '../testing/open-studio.js';

const TTL_MS = 86_400_000;

describeAppOnEveryDatabase('OverdueItems', (start) => {
  test('returns the credits of every open item when their time is over, and not before', async () => {
    const { app, claims, queue, clock, submit, claim, balance } = await openStudio(start);
    const overdue = app.get(OverdueItems);
    const ids = [await submit(), await submit(), await submit()];
    const [, running = '', deserted = ''] = ids;
    await claim(deserted);
    clock.nowMs += LEASE_MS + 1;
    const item = await claim(running);

    clock.nowMs += TTL_MS - LEASE_MS - 2;
    expect(await overdue.giveUp(10)).toEqual([]);
    expect(await balance()).toEqual([100 - 3 * PRICE, 3 * PRICE, 0]);

    clock.nowMs += 1;
    expect((await overdue.giveUp(10)).sort()).toEqual([...ids].sort());
    expect(await overdue.giveUp(10)).toEqual([]);
    expect(await balance()).toEqual([100, 0, 0]);
    const items = await app.get(DataSource).manager.find(GenerationItem);
    expect(items.map(({ state, errorCode }) => [state, errorCode])).toEqual(
      Array.from({ length: 3 }, () => ['FAILED', 'studio.interrupted']),
    );

    expect(await claims.heartbeat(item)).toBe(false);
    expect(await queue.succeed(item, imageOf(item, clock))).toBe(false);
    expect(await claims.due(10)).toEqual([]);
    expect(await balance()).toEqual([100, 0, 0]);
  });

  test('has exactly one winner when an image is captured in the moment its hold expires', async () => {
    const { app, queue, clock, submit, claim, balance, stateOf, images } = await openStudio(start, 200);
    const [overdue, expiredHolds] = [app.get(OverdueItems), app.get(ExpiredHolds)];
    const itemIds = expiredHolds.itemIds.bind(expiredHolds);
    let charged = 0;
    for (let round = 0; round < 50; round += 1) {
      const item = await claim(await submit());
      clock.nowMs += TTL_MS;
      let captured: Promise<boolean> | undefined;
      const capture = (): Promise<boolean> => (captured ??= queue.succeed(item, imageOf(item, clock)));
      // The capture begins when both sweepers have seen the expired hold: before they act on it, or together with them.
      jest.spyOn(expiredHolds, 'itemIds').mockImplementation(async (limit) => {
        const ids = await itemIds(limit);
        if (round % 2 === 0) void capture();
        else void nextTurn().then(capture);
        return ids;
      });

      const [first, second] = await Promise.all([overdue.giveUp(10), overdue.giveUp(10)]);
      const isCharged = await capture();

      expect([...first, ...second]).toEqual(isCharged ? [] : [item.id]);
      expect(await stateOf(item.id)).toBe(isCharged ? 'SUCCEEDED' : 'FAILED');
      expect(await images(item.id)).toBe(isCharged ? 1 : 0);
      charged += isCharged ? PRICE : 0;
      expect(await balance()).toEqual([200 - charged, 0, charged]);
    }
    expect(charged).toBeGreaterThan(0);
    expect(charged).toBeLessThan(200);
  });

  test('says so when the hold of an open item is gone, and leaves the item alone', async () => {
    const { app, clock, submit, stateOf } = await openStudio(start);
    const id = await submit();
    clock.nowMs += TTL_MS;
    jest.spyOn(app.get(ExpiredHolds), 'release').mockResolvedValueOnce(0);
    const complain = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);

    expect(await app.get(OverdueItems).giveUp(10)).toEqual([]);

    expect(complain.mock.calls.map(([facts]) => facts)).toEqual([
      { err: new Error('The item was open, yet its hold is not'), itemId: id },
    ]);
    complain.mockRestore();
    expect(await stateOf(id)).toBe('QUEUED');
  });

  test('lets no contradiction keep the credits of others, and settles only what is certain', async () => {
    const { app, clock, submit, balance, stateOf } = await openStudio(start);
    const [failed, gone, succeeded, last] = [await submit(), await submit(), await submit(), await submit()];
    await app.get(Transactions).run(async (tx) => {
      await tx.update(GenerationItem, { id: failed }, { state: 'FAILED' });
      await tx.delete(GenerationItem, { id: gone });
      await tx.update(GenerationItem, { id: succeeded }, { state: 'SUCCEEDED' });
    });
    clock.nowMs += TTL_MS;
    const complain = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const announce = jest.spyOn(app.get(GenerationEvents), 'announce');
    const count = jest.spyOn(app.get(WorkMetrics), 'released');

    expect((await app.get(OverdueItems).giveUp(10)).sort()).toEqual([failed, gone, last].sort());

    expect(await stateOf(succeeded)).toBe('SUCCEEDED');
    expect(complain.mock.calls.map(([facts]) => facts)).toEqual([
      { err: new Error('The item has its image, yet its hold is open'), itemId: succeeded },
    ]);
    complain.mockRestore();
    // Only of an item that was open is there anything new to tell.
    const { generationId } = await app.get(DataSource).manager.findOneByOrFail(GenerationItem, { id: last });
    expect(announce.mock.calls).toEqual([[{ change: 'changed', userId: USER, generationId }]]);
    expect(count.mock.calls).toEqual([[PRICE], [PRICE], [PRICE]]);
    expect(await balance()).toEqual([100 - PRICE, PRICE, 0]);
  });
});
