import { expect, test } from '@jest/globals';
import { describeOnEveryDatabase } from '../../../../test/test-database.js';
import { newId } from '../../../platform/crypto/index.js';
import { Metrics } from '../../../platform/metrics/index.js';
import type { Thumbnailer } from '../../storage/index.js';
import { GenerationItem, type ItemState } from '../items/generation-item.entity.js';
import { QueueMetrics } from './queue-metrics.js';
import { TestClock } from '../testing/open-studio.js';

describeOnEveryDatabase('QueueMetrics', (open) => {
  async function openMetrics() {
    const { dataSource, transactions } = await open(GenerationItem);
    const [metrics, clock, thumbnailer] = [new Metrics(), new TestClock(), { waiting: 3 }];
    // Only how much waits is asked of it.
    new QueueMetrics(metrics, dataSource, thumbnailer as Thumbnailer, clock).onModuleInit();
    const add = (state: ItemState, runAt: number) =>
      transactions.run((tx) =>
        tx.insert(GenerationItem, {
          id: newId(1),
          generationId: newId(1),
          userId: 1,
          idx: 0,
          provider: 'mock',
          state,
          maxAttempts: 3,
          runAt,
        }),
      );
    const read = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        [
          ...(await metrics.format()).matchAll(/^atelier_(queue_\w+|thumbnails_waiting|generation_items\S+) (\S+)$/gm),
        ].map(([, name = '', value]) => [name, Number(value)]),
      );
    return { metrics, clock, add, read };
  }

  const items = (queued: number, running: number, succeeded: number) => ({
    'generation_items{state="queued"}': queued,
    'generation_items{state="running"}': running,
    'generation_items{state="succeeded"}': succeeded,
    'generation_items{state="failed"}': 0,
    'generation_items{state="canceled"}': 0,
  });

  test('tell what waits and for how long', async () => {
    const { metrics, clock, add, read } = await openMetrics();
    expect(await read()).toEqual({
      ...items(0, 0, 0),
      queue_depth: 0,
      queue_oldest_seconds: 0,
      thumbnails_waiting: 3,
    });
    await add('QUEUED', clock.nowMs - 7_000);
    await add('QUEUED', clock.nowMs - 2_000);
    await add('RUNNING', clock.nowMs - 60_000);
    await add('SUCCEEDED', 1);

    clock.nowMs += 4_999;
    expect(await read()).toMatchObject({ queue_depth: 0, ...items(0, 0, 0) });
    clock.nowMs += 1;
    expect(await read()).toMatchObject({ queue_depth: 2, queue_oldest_seconds: 12, ...items(0, 0, 0) });
    clock.nowMs += 10_000;
    expect(await read()).toMatchObject({ queue_oldest_seconds: 22, ...items(2, 1, 1) });
    for (const help of [
      'atelier_generation_items Items of generations by state.',
      'atelier_queue_depth Items that wait to be made.',
      'atelier_queue_oldest_seconds How long the first item in the queue has waited.',
      'atelier_thumbnails_waiting Images that wait for their thumbnails in this process.',
    ]) {
      expect(await metrics.format()).toContain(`# HELP ${help}\n`);
    }
  });

  test('count no wait for what is not due yet', async () => {
    const { clock, add, read } = await openMetrics();
    await add('QUEUED', clock.nowMs + 5_000);

    expect(await read()).toMatchObject({ queue_depth: 1, queue_oldest_seconds: 0 });
  });
});
