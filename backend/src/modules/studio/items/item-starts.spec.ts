import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { NO_SETUP, ProviderBreaker, ProviderSetups } from '../../providers/index.js';
import { MAX_AT_WORK_PER_USER } from '../queue/queue-limits.js';
import { PRICE, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { ScriptedProvider, deliver } from '../testing/scripted-provider.js';
import { ItemCalls } from './item-calls.js';

describeAppOnEveryDatabase('An item that is taken up', (start) => {
  async function open(key = 'mock') {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([deliver], key);
    const calls = () =>
      studio.app
        .get(DataSource)
        .query<Record<string, unknown>[]>(
          'SELECT id, item_id AS item, fence, provider, tier, state FROM provider_attempt ORDER BY id',
        );
    return { ...studio, ...openWorker(studio, provider), provider, calls };
  }

  test('is claimed with its call on record, and made with that call', async () => {
    const { starts, worker, provider, submit, calls, stateOf, balance } = await open();
    const id = await submit();

    const started = await starts.start(id);

    if (!started) throw new Error('The item was not taken up');
    const { item, generation, call } = started;
    expect(item).toMatchObject({ id, fence: 1, attempt: 1, provider: 'mock' });
    expect(generation).toMatchObject({ id: item.generationId, prompt: 'a harbour', tier: 'premium4' });
    expect(call).toMatchObject({ admission: { provider: 'mock', probe: undefined }, setup: { connection: undefined } });
    const recorded = { id: call?.id, item: id, fence: 1, provider: 'mock', tier: 'premium4' };
    expect(await calls()).toEqual([{ ...recorded, state: 'STARTED' }]);

    await worker.run(item, started);
    expect(provider.calls).toBe(1);
    expect(await calls()).toEqual([{ ...recorded, state: 'SUCCEEDED' }]);
    expect(await stateOf(id)).toBe('SUCCEEDED');
    expect(await balance()).toEqual([96, 0, PRICE]);
  });

  test('is taken up once, by however many at a time, and nothing is that does not exist', async () => {
    const { starts, submit, calls } = await open();
    const id = await submit();

    const started = await Promise.all(Array.from({ length: 10 }, () => starts.start(id)));

    expect(started.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await calls()).toHaveLength(1);
    expect(await starts.start('nobody')).toBeUndefined();
  });

  test("is nobody's when its call can not be put on record", async () => {
    const { app, starts, submit, calls, stateOf } = await open();
    const id = await submit();
    jest.spyOn(app.get(ItemCalls), 'record').mockRejectedValueOnce(new Error('away'));

    await expect(starts.start(id)).rejects.toThrow('away');

    expect(await stateOf(id)).toBe('QUEUED');
    expect(await starts.start(id)).toMatchObject({ item: { fence: 1, attempt: 1 }, call: { id: expect.any(String) } });
    expect(await calls()).toHaveLength(1);
  });

  test('leaves no call behind when its user has enough items at work', async () => {
    const { starts, submitBatch, calls, stateOf } = await open();
    const ids = await submitBatch(MAX_AT_WORK_PER_USER + 1);

    const started = await Promise.all(ids.map((id) => starts.start(id)));

    expect(started.filter((one) => one !== undefined)).toHaveLength(MAX_AT_WORK_PER_USER);
    expect(await calls()).toHaveLength(MAX_AT_WORK_PER_USER);
    const [left = ''] = ids.filter((_, index) => started[index] === undefined);
    expect(await stateOf(left)).toBe('QUEUED');
  });

  test('is claimed without a call where its provider is not installed', async () => {
    const { starts, submit, calls } = await open('another');

    expect(await starts.start(await submit())).toMatchObject({ item: { attempt: 1 }, call: undefined });
    expect(await calls()).toEqual([]);
  });

  test('is claimed without a call where the breaker has to be asked', async () => {
    const { app, starts, submit, calls } = await open();
    jest.spyOn(app.get(ProviderBreaker), 'ordinaryAdmissions').mockResolvedValue(() => undefined);

    expect(await starts.start(await submit())).toMatchObject({ item: { attempt: 1 }, call: undefined });
    expect(await calls()).toEqual([]);
  });

  test('is claimed without a call where nobody knows how its provider is reached', async () => {
    const { app, starts, submit, calls } = await open();
    const read = jest.spyOn(app.get(ProviderSetups), 'read').mockRejectedValueOnce(new Error('away'));

    expect(await starts.start(await submit())).toMatchObject({ item: { attempt: 1 }, call: undefined });
    expect(await calls()).toEqual([]);

    read.mockResolvedValueOnce(new Map());
    expect(await starts.start(await submit())).toMatchObject({ call: { setup: NO_SETUP } });
  });
});
