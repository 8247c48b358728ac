import { expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { DomainError } from '../../../platform/errors/index.js';
import { CreditLedger } from '../../credits/index.js';
import { ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import { ObjectStore } from '../../storage/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemCalls } from './item-calls.js';
import { LEASE_MS } from './item-claims.js';
import { PRICE, type TestStudio, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { ScriptedProvider, deliver, failWith, hang } from '../testing/scripted-provider.js';

interface AttemptRow {
  readonly fence: number;
  readonly ordinal: number;
  readonly state: string;
  readonly category: string | null;
  readonly http_status: number | null;
  readonly provider_request_id: string | null;
  readonly finished_at: number | null;
}

function attemptsOf({ app }: TestStudio, itemId: string): Promise<AttemptRow[]> {
  return app.get(DataSource).query('SELECT * FROM provider_attempt WHERE item_id = ? ORDER BY fence', [itemId]);
}

function itemOf({ app }: TestStudio, id: string): Promise<GenerationItem> {
  return app.get(DataSource).manager.findOneByOrFail(GenerationItem, { id });
}

const CALLS: [category: ProviderErrorCategory, calls: number][] = [
  ['content_rejected', 1],
  ['auth_failed', 1],
  ['quota_exhausted', 1],
  ['invalid_request', 1],
  ['timeout', 2],
  ['bad_response', 2],
  ['rate_limited', 3],
  ['provider_unavailable', 3],
];

describeAppOnEveryDatabase('The attempts at an item', (start) => {
  test('are recorded before the provider is called, and with what came of it', async () => {
    const studio = await openStudio(start);
    const id = await studio.submit();
    const during: AttemptRow[][] = [];
    const provider = new ScriptedProvider([
      async (signal) => {
        during.push(await attemptsOf(studio, id));
        return deliver(signal);
      },
    ]);

    await openWorker(studio, provider).drive(id);

    expect(during).toMatchObject([[{ fence: 1, ordinal: 1, state: 'STARTED', finished_at: null }]]);
    expect(await attemptsOf(studio, id)).toMatchObject([
      { fence: 1, state: 'SUCCEEDED', provider_request_id: 'call-1', category: null },
    ]);
    expect(await studio.stateOf(id)).toBe('SUCCEEDED');
    expect(await studio.balance()).toEqual([96, 0, PRICE]);
  });

  test('leave the credits held until the next one, which comes after a pause', async () => {
    const studio = await openStudio(start);
    const { clock, claims } = studio;
    const failure = new ProviderError('provider_unavailable', { httpStatus: 503, requestId: 'req-1' });
    const { worker, drive } = openWorker(studio, new ScriptedProvider([failWith(failure), deliver]));
    const id = await studio.submit();

    await worker.run(await studio.claim(id));

    expect(await attemptsOf(studio, id)).toMatchObject([
      { state: 'FAILED', category: 'provider_unavailable', http_status: 503, provider_request_id: 'req-1' },
    ]);
    const { state, runAt } = await itemOf(studio, id);
    expect(state).toBe('QUEUED');
    expect(runAt - clock.nowMs).toBeGreaterThanOrEqual(500);
    expect(runAt - clock.nowMs).toBeLessThanOrEqual(1_000);
    expect(await studio.balance()).toEqual([96, PRICE, 0]);
    expect(await claims.due(10)).toEqual([]);
    expect(await claims.claim(id)).toBeUndefined();

    expect(await drive(id)).toBe(1);
    expect(await studio.stateOf(id)).toBe('SUCCEEDED');
    expect(await studio.balance()).toEqual([96, 0, PRICE]);
  });

  test.each(CALLS)('after %s come to %d calls in all, and then the credits go back', async (category, calls) => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([failWith(new ProviderError(category))]);
    const id = await studio.submit();

    await openWorker(studio, provider).drive(id);

    expect(provider.calls).toBe(calls);
    expect(await attemptsOf(studio, id)).toHaveLength(calls);
    expect(await itemOf(studio, id)).toMatchObject({
      state: 'FAILED',
      errorCode: new ProviderError(category).code,
      attempts: calls,
    });
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('that may have been paid for are not repeated more than once, whatever they ended with', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([
      failWith(new ProviderError('timeout')),
      () => Promise.resolve(Buffer.from('<html>')),
    ]);
    const id = await studio.submit();

    await openWorker(studio, provider).drive(id);

    expect(provider.calls).toBe(2);
    const records = await attemptsOf(studio, id);
    expect(records.map(({ category }) => category)).toEqual(['timeout', 'bad_response']);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('wait as long as the provider asks, unless that is out of all proportion', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([
      failWith(new ProviderError('rate_limited', { retryAfterMs: 30_000 })),
      failWith(new ProviderError('rate_limited', { retryAfterMs: 3_600_000 })),
    ]);
    const { worker } = openWorker(studio, provider);
    const id = await studio.submit();

    await worker.run(await studio.claim(id));
    expect((await itemOf(studio, id)).runAt).toBe(studio.clock.nowMs + 30_000);

    studio.clock.nowMs += 30_000;
    await worker.run(await studio.claim(id));
    expect(await studio.stateOf(id)).toBe('FAILED');
    expect(provider.calls).toBe(2);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('call nobody and record nothing when the item was taken over before', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([deliver]);
    const { worker } = openWorker(studio, provider);
    const stale = await studio.claim(await studio.submit());
    studio.clock.nowMs += LEASE_MS + 1;
    const fresh = await studio.claim(stale.id);

    await worker.run(stale);

    expect(provider.calls).toBe(0);
    expect(await attemptsOf(studio, stale.id)).toEqual([]);
    expect(await itemOf(studio, stale.id)).toMatchObject({ state: 'RUNNING', fence: fresh.fence });

    await worker.run(fresh);
    expect(provider.calls).toBe(1);
    expect(await studio.stateOf(stale.id)).toBe('SUCCEEDED');
  });

  test('do not call the provider twice under one claim', async () => {
    const studio = await openStudio(start);
    const item = await studio.claim(await studio.submit());
    await studio.app.get(ItemCalls).begin(item, 'premium4');
    const provider = new ScriptedProvider([deliver]);

    await openWorker(studio, provider).worker.run(item);

    expect(provider.calls).toBe(0);
    expect(await attemptsOf(studio, item.id)).toHaveLength(1);
  });

  test('are at most three, however processes die and stop', async () => {
    const studio = await openStudio(start);
    const id = await studio.submit();
    const calls = studio.app.get(ItemCalls);
    // Died in the middle of a call.
    await calls.begin(await studio.claim(id), 'premium4');
    studio.clock.nowMs += LEASE_MS + 1;
    // Stopped before it called anybody: that was no attempt.
    await studio.queue.putBack(await studio.claim(id));
    for (const state of ['QUEUED', 'FAILED']) {
      const called = Promise.withResolvers<void>();
      const provider = new ScriptedProvider([
        (signal) => {
          called.resolve();
          return hang(signal);
        },
      ]);
      const { worker } = openWorker(studio, provider);
      const work = worker.run(await studio.claim(id));
      await called.promise;
      worker.abortAll();
      await work;
      expect(await studio.stateOf(id)).toBe(state);
    }

    expect(await itemOf(studio, id)).toMatchObject({ attempts: 3, errorCode: 'studio.interrupted' });
    const records = await attemptsOf(studio, id);
    expect(records.map(({ state }) => state)).toEqual(['STARTED', 'UNKNOWN', 'UNKNOWN']);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('are repeated at once for trouble of our own, and end with a sentence and the credits', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([deliver]);
    jest.spyOn(studio.app.get(ObjectStore), 'put').mockRejectedValue(new Error('EIO'));
    const { worker, drive } = openWorker(studio, provider);
    const id = await studio.submit();

    await worker.run(await studio.claim(id));
    expect(await studio.stateOf(id)).toBe('QUEUED');
    expect(await studio.balance()).toEqual([96, PRICE, 0]);
    await drive(id);

    expect(provider.calls).toBe(3);
    expect(await itemOf(studio, id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'server.error',
      errorDetail: expect.stringContaining('You were not charged'),
    });
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });

  test('keep an image that is made while the store or the database is away for a moment', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([deliver]);
    const away = new DomainError('storage.unavailable', 'unavailable', 'Away', { retryable: true });
    const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    jest.spyOn(studio.app.get(ObjectStore), 'put').mockRejectedValueOnce(away);
    jest.spyOn(studio.app.get(CreditLedger), 'capture').mockRejectedValueOnce(gone);
    const id = await studio.submit();

    expect(await openWorker(studio, provider).drive(id)).toBe(1);

    expect(provider.calls).toBe(1);
    expect(await studio.stateOf(id)).toBe('SUCCEEDED');
    expect(await studio.balance()).toEqual([96, 0, PRICE]);
  });

  test('whose end nobody tells are closed as unknown, and no others', async () => {
    const studio = await openStudio(start);
    const calls = studio.app.get(ItemCalls);
    const died = await studio.claim(await studio.submit());
    await calls.begin(died, 'premium4');
    studio.clock.nowMs += LEASE_MS + 1;
    const canceled = await studio.claim(await studio.submit());
    await calls.begin(canceled, 'premium4');
    await studio.queue.cancel(canceled.generationId, { type: 'user', id: '7' });
    const alive = await studio.claim(await studio.submit());
    await calls.begin(alive, 'premium4');

    expect(await calls.closeDeserted(100)).toBe(2);
    expect(await calls.closeDeserted(100)).toBe(0);

    expect(await attemptsOf(studio, died.id)).toMatchObject([{ state: 'UNKNOWN' }]);
    expect(await attemptsOf(studio, canceled.id)).toMatchObject([{ state: 'UNKNOWN' }]);
    expect(await attemptsOf(studio, alive.id)).toMatchObject([{ state: 'STARTED', finished_at: null }]);

    // Taken over while the lease of the first claim had run out: only the new call is alive.
    const again = await studio.claim(died.id);
    await calls.begin(again, 'premium4');
    expect(await calls.closeDeserted(100)).toBe(0);
    expect((await attemptsOf(studio, died.id)).map(({ state }) => state)).toEqual(['UNKNOWN', 'STARTED']);
  });

  test('that are answered after the item was lost change nothing but their record', async () => {
    const studio = await openStudio(start);
    const id = await studio.submit();
    const late = new ScriptedProvider([
      async (signal) => {
        studio.clock.nowMs += LEASE_MS + 1;
        const fresh = await studio.claim(id);
        await studio.app.get(ItemCalls).closeDeserted(100);
        await studio.queue.fail(fresh, new ProviderError('content_rejected'));
        return deliver(signal);
      },
    ]);

    await openWorker(studio, late).worker.run(await studio.claim(id));

    expect(await attemptsOf(studio, id)).toMatchObject([{ fence: 1, state: 'SUCCEEDED' }]);
    expect(await studio.stateOf(id)).toBe('FAILED');
    expect(await studio.images(id)).toBe(0);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });
});
