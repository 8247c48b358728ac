import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { SYSTEM_ACTOR } from '../../credits/index.js';
import { ProviderError } from '../../providers/index.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationItem } from './generation-item.entity.js';
import { LEASE_MS } from './item-claims.js';
import { MAX_AT_WORK_PER_USER } from '../queue/queue-limits.js';
import { PRICE, USER, imageOf, openStudio } from '../testing/open-studio.js';

describeAppOnEveryDatabase('Each step of an item', (start) => {
  async function open() {
    const studio = await openStudio(start);
    const { manager } = studio.app.get(DataSource);
    const announce = jest.spyOn(studio.app.get(GenerationEvents), 'announce');
    return {
      ...studio,
      itemOf: (id: string) => manager.findOneByOrFail(GenerationItem, { id }),
      /** What has been told since the last time. */
      told: () =>
        announce.mock.calls.splice(0).map(([{ change, userId, generationId }]) => [change, userId, generationId]),
    };
  }

  test('is told after it was taken, and only then', async () => {
    const { claims, queue, clock, submit, claim, told } = await open();
    const item = await claim(await submit());
    const { generationId } = item;
    expect(told()).toEqual([['claimed', USER, generationId]]);
    expect(await claims.claim(item.id)).toBeUndefined();
    expect(await queue.requeue(item, 0)).toBe(true);
    expect(await queue.requeue(item, 0)).toBe(false);
    expect(told()).toEqual([['changed', USER, generationId]]);

    const again = await claim(item.id);
    expect(again).toMatchObject({ id: item.id, userId: USER, fence: item.fence + 1, attempt: 2, maxAttempts: 3 });
    expect(await queue.succeed(again, imageOf(again, clock))).toBe(true);
    expect(await queue.fail(again, new ProviderError('timeout'))).toBe(false);
    expect(await queue.cancel(generationId, SYSTEM_ACTOR)).toEqual([]);
    expect(told()).toEqual([
      ['claimed', USER, generationId],
      ['changed', USER, generationId],
    ]);

    const failing = await claim(await submit());
    await queue.fail(failing, new ProviderError('timeout'));
    expect(told()).toEqual([
      ['claimed', USER, failing.generationId],
      ['changed', USER, failing.generationId],
    ]);
    expect(await queue.cancel('nowhere', SYSTEM_ACTOR)).toEqual([]);
    expect(told()).toEqual([]);
  });

  test('keeps the lease for a minute from the heartbeat on, and ends it when the process knows itself alone', async () => {
    const { claims, queue, clock, submit, claim, itemOf } = await open();
    const [item, waiting] = [await claim(await submit()), await submit()];
    clock.nowMs += LEASE_MS - 1;

    expect(await claims.heartbeat(item)).toBe(true);
    expect((await itemOf(item.id)).leaseUntil).toBe(clock.nowMs + LEASE_MS);
    clock.nowMs += LEASE_MS;
    expect(await claims.claim(item.id)).toBeUndefined();
    expect((await itemOf(item.id)).leaseOwner).toMatch(new RegExp(`.-${process.pid}$`));

    const untouched = await itemOf(waiting);
    await claims.endAllLeases();
    expect((await itemOf(item.id)).leaseUntil).toBe(0);
    expect(await itemOf(waiting)).toEqual(untouched);
    expect(await claims.claim(item.id)).toMatchObject({ attempt: 2 });
    await queue.fail(item, new ProviderError('timeout'));
    expect(await claims.heartbeat(item)).toBe(false);
  });

  test('back to the queue waits as long as it should, and counts the attempt unless nobody was called', async () => {
    const { claims, queue, clock, submit, claim, itemOf, balance } = await open();
    const id = await submit();
    expect(await queue.putBack(await claim(id), 500)).toBe(true);
    expect(await itemOf(id)).toMatchObject({ state: 'QUEUED', attempts: 0, fence: 1, runAt: clock.nowMs + 500 });
    clock.nowMs += 500;

    for (const attempt of [1, 2]) {
      expect(await queue.requeue(await claim(id), 700)).toBe(true);
      expect(await itemOf(id)).toMatchObject({ state: 'QUEUED', attempts: attempt, leaseUntil: 0 });
      clock.nowMs += 699;
      expect(await claims.claim(id)).toBeUndefined();
      clock.nowMs += 1;
    }
    const last = await claim(id);
    expect(await queue.requeue(last, 0)).toBe(false);
    expect(await queue.putBack(last)).toBe(true);
    expect(await itemOf(id)).toMatchObject({ state: 'QUEUED', attempts: 2 });
    expect(await balance()).toEqual([96, PRICE, 0]);
  });

  test('of a cancel concerns the open items of one generation, and gives all of their credits back', async () => {
    const { app, queue, clock, submit, submitBatch, claim, itemOf, balance, told } = await open();
    const [done = '', running = '', waiting = ''] = await submitBatch(3);
    const other = await submit();
    const item = await claim(done);
    await queue.succeed(item, imageOf(item, clock));
    await claim(running);
    told();
    clock.nowMs += 5;

    expect(await queue.cancel(item.generationId, SYSTEM_ACTOR)).toEqual([running, waiting]);

    for (const id of [running, waiting]) {
      expect(await itemOf(id)).toMatchObject({ state: 'CANCELED', leaseUntil: 0, completedAt: clock.nowMs });
    }
    expect(await itemOf(other)).toMatchObject({ state: 'QUEUED' });
    expect(await balance()).toEqual([100 - 2 * PRICE, PRICE, PRICE]);
    expect(told()).toEqual([['changed', USER, item.generationId]]);
    expect(await app.get(Metrics).format()).toContain(`\natelier_credits_released_total ${2 * PRICE}\n`);
  });

  test('beyond the share of its person is not taken, and leaves no trace', async () => {
    const { claims, submitBatch, claim, itemOf, told } = await open();
    const ids = await submitBatch(MAX_AT_WORK_PER_USER + 1);
    for (const id of ids.slice(0, -1)) await claim(id);
    told();
    const [beyond = ''] = ids.slice(-1);
    const before = await itemOf(beyond);

    expect(await claims.claim(beyond)).toBeUndefined();

    expect(await itemOf(beyond)).toEqual(before);
    expect(told()).toEqual([]);
  });

  test('that fails for another reason than the share is a failure', async () => {
    const { app, claims, submit } = await open();
    const id = await submit();
    jest.spyOn(app.get(GenerationEvents), 'record').mockRejectedValueOnce(new Error('away'));

    await expect(claims.claim(id)).rejects.toThrow('away');
  });

  test('of giving up goes on past an item that can not be settled, the longest lost first', async () => {
    const { app, queue, clock, submit, claim } = await open();
    const ids = [await submit(), await submit()];
    for (const id of ids) {
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await claim(id);
        clock.nowMs += LEASE_MS + 1;
      }
    }
    const record = jest.spyOn(app.get(GenerationEvents), 'record').mockRejectedValueOnce(new Error('away'));
    const { manager } = app.get(DataSource);
    const [first, second] = await manager.find(GenerationItem, { order: { leaseUntil: 'ASC' } });

    expect(await queue.giveUpExhausted(10)).toEqual([second?.id]);
    expect(record.mock.calls[0]?.[1]).toMatchObject({ generationId: first?.generationId });
    expect(await queue.giveUpExhausted(10)).toEqual([first?.id]);
  });
});
