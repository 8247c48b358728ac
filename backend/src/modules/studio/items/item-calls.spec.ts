import { expect, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { type CallEnd, ProviderAttempts } from '../../providers/index.js';
import { openStudio } from '../testing/open-studio.js';
import { ItemCalls } from './item-calls.js';
import { LEASE_MS } from './item-claims.js';

describeAppOnEveryDatabase('The calls for an item', (start) => {
  async function open() {
    const studio = await openStudio(start);
    const calls = studio.app.get(ItemCalls);
    const end = (id: string, how: Pick<CallEnd, 'state' | 'category'>) =>
      studio.app
        .get(Transactions)
        .run((tx) => studio.app.get(ProviderAttempts).end(tx, { id, finishedAt: studio.clock.nowMs, ...how }));
    return { ...studio, calls, end };
  }

  test('are not begun by whoever has lost it', async () => {
    const { clock, calls, submit, claim } = await open();
    const lost = await claim(await submit());
    clock.nowMs += LEASE_MS + 1;
    const item = await claim(lost.id);

    await expect(calls.begin(lost, 'premium4')).rejects.toMatchObject({
      name: 'ItemLostError',
      message: 'The item was taken over, canceled or given up',
    });

    expect(await calls.count(lost.generationId)).toBe(0);
    await calls.begin(item, 'premium4');
    expect(await calls.count(lost.generationId)).toBe(1);
  });

  test('are given up when the lease has run out, and not a millisecond before', async () => {
    const { clock, calls, submit, claim } = await open();
    await calls.begin(await claim(await submit()), 'premium4');

    clock.nowMs += LEASE_MS;
    expect(await calls.closeDeserted(10)).toBe(0);
    clock.nowMs += 1;
    expect(await calls.closeDeserted(10)).toBe(1);
  });

  test('tell the next claim what they came to, and the first that there were none', async () => {
    const { clock, queue, calls, submit, claim, end } = await open();
    const id = await submit();
    const first = await claim(id);
    await end((await calls.begin(first, 'premium4')).id, { state: 'FAILED', category: 'timeout' });
    expect(await calls.earlier(first)).toEqual([]);
    await queue.requeue(first, 0);
    const second = await claim(id);
    expect(await calls.earlier(second)).toEqual([{ provider: 'mock', outcome: 'timeout' }]);

    await end((await calls.begin(second, 'premium4')).id, { state: 'UNKNOWN' });
    clock.nowMs += LEASE_MS + 1;

    expect(await calls.earlier(await claim(id))).toEqual([
      { provider: 'mock', outcome: 'timeout' },
      { provider: 'mock', outcome: 'unknown' },
    ]);
    expect(await calls.count(first.generationId)).toBe(2);
  });
});
