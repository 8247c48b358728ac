import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { GenerationItem, type ItemState } from '../items/generation-item.entity.js';
import { PRICE, USER, openStudio } from '../testing/open-studio.js';
import { GenerationEvents } from './generation-events.js';
import { GenerationOutcomes } from './generation-outcomes.js';

describeAppOnEveryDatabase('The outcomes of generations', (start) => {
  async function open(...awaited: string[]) {
    const { app, submitBatch } = await openStudio(start, 1_000);
    const { manager } = app.get(DataSource);
    const put = jest.fn(async (..._: unknown[]) => undefined);
    const outcomes = new GenerationOutcomes({ awaited: async () => new Set(awaited), put } as never);
    /** What is told when the items have come to these states. */
    const toldOf = async (...states: ItemState[]) => {
      put.mockClear();
      const ids = await submitBatch(states.length);
      for (const [index, state] of states.entries()) {
        await manager.update(GenerationItem, { id: ids[index] ?? '' }, { state });
      }
      const { generationId } = await manager.findOneByOrFail(GenerationItem, { id: ids[0] ?? '' });
      await app.get(Transactions).run((tx) => outcomes.record(tx, { userId: USER, generationId }));
      return put.mock.calls.map(([, told]) => [told, generationId] as const);
    };
    return { app, toldOf };
  }

  test.each([
    [['SUCCEEDED', 'SUCCEEDED'], 'succeeded', { succeeded: 2, failed: 0, canceled: 0 }],
    [['SUCCEEDED', 'FAILED', 'CANCELED'], 'partially_succeeded', { succeeded: 1, failed: 1, canceled: 1 }],
    [['FAILED', 'CANCELED', 'FAILED'], 'failed', { succeeded: 0, failed: 2, canceled: 1 }],
    [['CANCELED'], 'canceled', { succeeded: 0, failed: 0, canceled: 1 }],
  ] as const)('of %j is %s, with numbers and what it cost', async (states, end, counts) => {
    const { toldOf } = await open('generation.succeeded');

    const told = await toldOf(...states);

    expect(told.map(([event]) => event)).toEqual([
      {
        userId: USER,
        type: `generation.${end}`,
        data: {
          generation_id: told[0]?.[1],
          user_id: USER,
          ...counts,
          credits_charged: counts.succeeded * PRICE,
        },
      },
    ]);
  });

  test('are not told while an item is open, nor where nobody wants to know', async () => {
    const { toldOf } = await open('generation.failed');
    expect(await toldOf('SUCCEEDED', 'RUNNING')).toEqual([]);
    expect(await toldOf('QUEUED')).toEqual([]);
    expect(await (await open('credits.low')).toldOf('SUCCEEDED')).toEqual([]);
  });

  test('are asked for when an item has changed, and at no other time', async () => {
    const { app } = await open();
    const record = jest.spyOn(app.get(GenerationOutcomes), 'record').mockResolvedValue(undefined);
    const about = { userId: USER, generationId: 'one' };
    await app.get(Transactions).run(async (tx) => {
      for (const change of ['submitted', 'claimed', 'changed'] as const) {
        await app.get(GenerationEvents).record(tx, { change, ...about });
      }
    });

    expect(record.mock.calls).toEqual([[expect.anything(), about]]);
  });
});
