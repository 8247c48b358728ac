import { expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { ProviderError } from '../../providers/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemCalls } from './item-calls.js';
import { OverdueItems } from '../caretaker/overdue-items.js';
import { PRICE, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { ScriptedProvider, deliver, failWith } from '../testing/scripted-provider.js';

/** As many failures as make the studio leave a provider alone. */
const FAILURES = 15;

describeAppOnEveryDatabase('An item whose provider is left alone', (start) => {
  async function openWithRestingProvider() {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([
      ...Array.from({ length: FAILURES }, () => failWith(new ProviderError('provider_unavailable'))),
      deliver,
    ]);
    const { worker, drive } = openWorker(studio, provider);
    for (let calls = 0; calls < FAILURES; calls += 3) await drive(await studio.submit());
    expect(provider.calls).toBe(FAILURES);
    expect(await studio.balance()).toEqual([100, 0, 0]);
    const { manager } = studio.app.get(DataSource);
    const itemOf = (id: string): Promise<GenerationItem> => manager.findOneByOrFail(GenerationItem, { id });
    return { ...studio, provider, worker, drive, itemOf };
  }

  test('waits with its credits and all of its attempts, and is made when the provider is back', async () => {
    const { app, clock, claims, provider, worker, drive, itemOf, stateOf, submit, claim, balance } =
      await openWithRestingProvider();
    const id = await submit();
    // Nobody looks for it, so that others have their turns.
    expect(await claims.due(10)).toEqual([]);

    // However often somebody looks at it too early.
    for (let look = 0; look < 5; look += 1) {
      await worker.run(await claim(id));
      const { state, attempts, runAt } = await itemOf(id);
      expect([state, attempts]).toEqual(['QUEUED', 0]);
      expect(runAt).toBeGreaterThan(clock.nowMs);
      await app.get(Transactions).run((tx) => tx.update(GenerationItem, { id }, { runAt: clock.nowMs }));
    }
    expect(provider.calls).toBe(FAILURES);
    expect(await balance()).toEqual([96, PRICE, 0]);

    clock.nowMs += 30_000;
    expect(await claims.due(10)).toEqual([id]);
    await drive(id);
    expect(provider.calls).toBe(FAILURES + 1);
    expect(await stateOf(id)).toBe('SUCCEEDED');
    expect(await app.get(ItemCalls).count((await itemOf(id)).generationId)).toBe(1);
    expect(await balance()).toEqual([96, 0, PRICE]);
  });

  test('waits no longer than its credits may be held', async () => {
    const { app, clock, worker, itemOf, submit, claim, balance } = await openWithRestingProvider();
    const id = await submit(20_000);
    await worker.run(await claim(id));
    clock.nowMs += 20_000;

    expect(await app.get(OverdueItems).giveUp(10)).toEqual([id]);

    expect(await itemOf(id)).toMatchObject({ state: 'FAILED' });
    expect(await balance()).toEqual([100, 0, 0]);
  });
});
