import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { until } from '../../../../test/until.js';
import { DomainError } from '../../../platform/errors/index.js';
import { ImageThumbnails } from '../../gallery/index.js';
import { ProviderBreaker, ProviderError, ProviderRestingError, ProviderSetups } from '../../providers/index.js';
import { ObjectStore } from '../../storage/index.js';
import { GenerationRow } from '../generation.entity.js';
import { PRICE, USER, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { type Act, ScriptedProvider, deliver, failWith, hang } from '../testing/scripted-provider.js';
import { EndUsers } from './end-users.js';
import { GenerationItem } from './generation-item.entity.js';
import { LEASE_MS } from './item-claims.js';

const BEAT_MS = LEASE_MS / 3;
const DEADLINE_MS = 330_000;

describeAppOnEveryDatabase('ItemWorker', (start) => {
  let complaints: Record<'warn' | 'error', unknown[]>;

  beforeEach(() => {
    complaints = { warn: [], error: [] };
    for (const level of ['warn', 'error'] as const) {
      jest.spyOn(Logger.prototype, level).mockImplementation((facts: unknown) => {
        // Thumbnails of an earlier test have their own complaints.
        if (typeof facts === 'object' && facts !== null && 'itemId' in facts) complaints[level].push(facts);
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  async function open(acts: readonly Act[], costMicros: number | null = null) {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider(acts, 'mock', costMicros);
    const opened = openWorker(studio, provider);
    const announced = jest.spyOn(opened.wakeUps, 'announce');
    const { manager } = studio.app.get(DataSource);
    const itemOf = (id: string) => manager.findOneByOrFail(GenerationItem, { id });
    const attemptsOf = async (itemId: string) => {
      const rows = await manager.query<
        { state: string; category: string | null; provider_request_id: string | null; cost_micros: unknown }[]
      >('SELECT * FROM provider_attempt WHERE item_id = ? ORDER BY fence', [itemId]);
      // MySQL answers such numbers as text.
      return rows.map(({ state, category, provider_request_id: requestId, cost_micros: cost }) => ({
        ...{ state, category, requestId },
        cost: cost === null ? null : Number(cost),
      }));
    };
    return { ...studio, ...opened, provider, announced, itemOf, attemptsOf };
  }

  /** A worker whose provider works until it is stopped; from here on time passes only when it is told to. */
  async function openHanging() {
    const opened = await open([hang]);
    const item = await opened.claim(await opened.submit());
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    const work = opened.worker.run(item);
    await until(() => opened.provider.calls === 1);
    const pass = async (ms: number): Promise<void> => {
      opened.clock.nowMs += ms;
      await jest.advanceTimersByTimeAsync(ms);
    };
    return { ...opened, item, work, pass };
  }

  test('keeps its lease as long as it works, and does nothing more when it is done', async () => {
    const { worker, work, item, pass, itemOf, clock } = await openHanging();
    expect(worker.isIdle).toBe(false);
    const leased = async () => (await itemOf(item.id)).leaseUntil - clock.nowMs;
    await pass(BEAT_MS - 1);
    expect(await leased()).toBe(LEASE_MS - BEAT_MS + 1);

    await pass(1);
    await until(async () => (await leased()) === LEASE_MS);

    worker.abort(item.id);
    await work;
    expect(worker.isIdle).toBe(true);
    // The heartbeat may not have been told yet that it is recorded.
    await until(() => jest.getTimerCount() === 0);
  });

  test('stops when somebody else has taken the item over, and changes nothing', async () => {
    const { work, item, pass, claim, itemOf, clock, queue } = await openHanging();
    clock.nowMs += LEASE_MS + 1;
    const taken = await claim(item.id);
    const before = await itemOf(item.id);
    const settle = [jest.spyOn(queue, 'fail'), jest.spyOn(queue, 'requeue'), jest.spyOn(queue, 'putBack')];

    await pass(BEAT_MS);
    await work;

    expect(await itemOf(item.id)).toEqual(before);
    expect(taken.fence).toBe(2);
    for (const step of settle) expect(step).not.toHaveBeenCalled();
    expect(complaints.error).toEqual([]);
  });

  test('goes on when a heartbeat fails', async () => {
    const { worker, work, item, pass, claims, itemOf, clock } = await openHanging();
    const failure = new Error('no database');
    jest.spyOn(claims, 'heartbeat').mockRejectedValueOnce(failure);
    await pass(BEAT_MS);
    await until(() => complaints.warn.length === 1);
    expect(complaints.warn).toEqual([{ err: failure, itemId: item.id }]);

    await pass(BEAT_MS);
    await until(async () => (await itemOf(item.id)).leaseUntil === clock.nowMs + LEASE_MS);
    worker.abort(item.id);
    await work;
  });

  test('gives a call up that takes too long, as one that was too late', async () => {
    const { work, item, pass, itemOf, attemptsOf, announced, clock } = await openHanging();
    const step = BEAT_MS / 2;
    for (let passed = 0; passed < DEADLINE_MS - step; passed += step) {
      await pass(step);
      // Its heart beats all the while, and what the database has to do for that takes no time of the fake clock.
      await until(async () => (await itemOf(item.id)).leaseUntil - clock.nowMs > LEASE_MS - BEAT_MS);
    }
    expect((await itemOf(item.id)).state).toBe('RUNNING');
    await pass(step);
    await work;

    expect(await attemptsOf(item.id)).toMatchObject([{ state: 'FAILED', category: 'timeout' }]);
    expect(await itemOf(item.id)).toMatchObject({ state: 'QUEUED', attempts: 1 });
    expect(announced.mock.calls).toMatchObject([[[{ id: item.id, fence: 1, dueInMs: expect.any(Number) }]]]);
    // It is the provider's trouble, not ours.
    expect(complaints.error).toEqual([]);
  });

  test('puts its items back when the process stops, and leaves those that were canceled alone', async () => {
    const { worker, work, item, itemOf, announced, queue, claim, submit } = await openHanging();
    const canceled = await claim(await submit());
    const other = worker.run(canceled);
    await queue.cancel(canceled.generationId, { type: 'user', id: String(USER) });
    worker.abort(canceled.id);
    worker.abort('nobody');
    await other;
    expect(announced).not.toHaveBeenCalled();

    worker.abortAll();
    await work;

    expect(await itemOf(item.id)).toMatchObject({ state: 'QUEUED', attempts: 1 });
    expect(await itemOf(canceled.id)).toMatchObject({ state: 'CANCELED' });
    expect(announced.mock.calls).toMatchObject([[[{ id: item.id, fence: 1, dueInMs: 0 }]]]);
    expect(complaints.error).toEqual([]);
  });

  test('asks for what was wanted, on behalf of somebody whose name means nothing', async () => {
    const { app, provider, drive, submit, itemOf, attemptsOf, clock } = await open([deliver], 42);
    const { manager } = app.get(DataSource);
    const [plain, enhanced] = [await submit(), await submit()];
    const { generationId } = await itemOf(enhanced);
    await manager.update(GenerationRow, { id: generationId }, { enhancedPrompt: 'a harbour at dawn', seed: 7 });
    const generate = jest.spyOn(provider, 'generate');
    const setup = (await app.get(ProviderSetups).read()).get('mock');
    clock.nowMs += 1_500;

    await drive(plain);
    await drive(enhanced);

    const endUserHash = app.get(EndUsers).hashOf(USER);
    expect(endUserHash).toMatch(/^[0-9a-f]{64}$/);
    expect(endUserHash).not.toBe(app.get(EndUsers).hashOf(USER + 1));
    const request = { prompt: 'a harbour', tier: 'premium4', aspectRatio: '1:1', seed: null, endUserHash };
    expect(generate.mock.calls.map(([asked, set]) => [asked, set])).toEqual([
      [request, setup],
      [{ ...request, prompt: 'a harbour at dawn', seed: 7 }, setup],
    ]);
    expect(await attemptsOf(plain)).toMatchObject([{ state: 'SUCCEEDED', cost: 42, requestId: 'call-1' }]);
    const image = await manager.query<{ duration_ms: number | string }[]>('SELECT duration_ms FROM image LIMIT 1');
    expect(Number(image[0]?.duration_ms)).toBe(1_500);
  });

  test('records what a call cost that brought nothing of use', async () => {
    const { submit, claim, worker, attemptsOf } = await open([() => Promise.resolve(Buffer.from('<html>'))], 42);
    const item = await claim(await submit());

    await worker.run(item);

    expect(await attemptsOf(item.id)).toMatchObject([
      { state: 'FAILED', category: 'bad_response', cost: 42, requestId: 'call-1' },
    ]);
  });

  test('records of a call that failed for another reason no more than that', async () => {
    const { submit, claim, worker, attemptsOf, itemOf } = await open([failWith(new TypeError('a mistake of ours'))]);
    const item = await claim(await submit());

    await worker.run(item);

    expect(await attemptsOf(item.id)).toMatchObject([{ state: 'FAILED', category: null, cost: null }]);
    expect(await itemOf(item.id)).toMatchObject({ state: 'QUEUED' });
    expect(complaints.error).toMatchObject([{ itemId: item.id, code: 'server.error', attempt: 1 }]);
  });

  test('has no complaint of its own where a provider fails', async () => {
    const { submit, claim, worker } = await open([failWith(new ProviderError('content_rejected'))]);

    await worker.run(await claim(await submit()));

    expect(complaints).toEqual({ warn: [], error: [] });
  });

  test('puts an item off while its provider rests, which is no attempt', async () => {
    const { app, submit, claim, worker, itemOf, clock, announced, provider, queue } = await open([deliver]);
    jest.spyOn(app.get(ProviderBreaker), 'admit').mockRejectedValue(new ProviderRestingError('mock', 5_000));
    const item = await claim(await submit());

    await worker.run(item);

    expect(provider.calls).toBe(0);
    expect(await itemOf(item.id)).toMatchObject({ state: 'QUEUED', attempts: 0, runAt: clock.nowMs + 5_000 });
    expect(announced.mock.calls).toMatchObject([[[{ id: item.id, fence: 1, dueInMs: 5_000 }]]]);

    // Whoever has lost the item has nobody to wake.
    clock.nowMs += 5_000;
    const again = await claim(item.id);
    await queue.cancel(again.generationId, { type: 'user', id: String(USER) });
    await worker.run(again);
    expect(announced).toHaveBeenCalledTimes(1);
  });

  test('can not make an item whose provider is no longer there', async () => {
    const { app, submit, drive, itemOf, provider, balance } = await open([deliver]);
    const id = await submit();
    await app.get(DataSource).manager.update(GenerationItem, { id }, { provider: 'gone' });

    await drive(id);

    expect(provider.calls).toBe(0);
    expect(await itemOf(id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'provider.unavailable',
      errorDetail: 'The provider is no longer installed.',
    });
    expect(await balance()).toEqual([100, 0, 0]);
  });

  test('writes an image away while its pixels are looked at, and keeps none that turns out to be damaged', async () => {
    const broken = await deliver(new AbortController().signal);
    // The checksum of the pixels is wrong; all else is as it should be.
    broken.writeUInt8(broken.readUInt8(broken.indexOf('IEND') - 10) ^ 1, broken.indexOf('IEND') - 10);
    const { app, submit, claim, worker, attemptsOf, itemOf } = await open([() => Promise.resolve(broken), deliver]);
    const store = app.get(ObjectStore);
    const put = jest.spyOn(store, 'put');
    const item = await claim(await submit());

    await worker.run(item);

    expect(await attemptsOf(item.id)).toMatchObject([{ state: 'FAILED', category: 'bad_response' }]);
    expect((await itemOf(item.id)).state).not.toBe('SUCCEEDED');
    const key = put.mock.calls[0]?.[0] ?? '';
    await expect(put.mock.results[0]?.value).rejects.toThrow('undecodable');
    await expect(store.stat(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    expect((await store.removeDrafts(Date.now() + 60_000, 10)).filter((draft) => draft.startsWith(key))).toEqual([]);
  });

  test('tries a store again only for a reason that passes', async () => {
    const { app, submit, claim, worker, itemOf, provider } = await open([deliver]);
    const put = jest
      .spyOn(app.get(ObjectStore), 'put')
      .mockRejectedValue(new DomainError('storage.full', 'unavailable', 'Full', { retryable: true }));
    const item = await claim(await submit());

    await worker.run(item);

    expect([put.mock.calls.length, provider.calls]).toEqual([1, 1]);
    expect((await itemOf(item.id)).state).not.toBe('RUNNING');
  });

  test('has the thumbnails of what it made prepared, and tells the breaker how the call ended', async () => {
    const { app, submit, claim, worker } = await open([deliver]);
    const prepare = jest.spyOn(app.get(ImageThumbnails), 'prepare').mockResolvedValue(undefined);
    const ended = jest.spyOn(app.get(ProviderBreaker), 'ended');
    const item = await claim(await submit());

    await worker.run(item);

    expect(prepare.mock.calls).toMatchObject([[{ itemId: item.id, generationId: item.generationId }]]);
    expect(ended.mock.calls).toMatchObject([[expect.anything(), { state: 'SUCCEEDED' }]]);
  });

  test('has nothing prepared and says so when its image comes after the item was lost', async () => {
    const { app, submit, claim, worker, clock } = await open([
      async (signal) => {
        clock.nowMs += LEASE_MS + 1;
        await claim(item.id);
        return deliver(signal);
      },
    ]);
    const item = await claim(await submit());
    const prepare = jest.spyOn(app.get(ImageThumbnails), 'prepare');

    await worker.run(item);

    expect(prepare).not.toHaveBeenCalled();
    expect(complaints.warn).toEqual([{ itemId: item.id }]);
  });

  test('waits for a database that is away, whatever it is called', async () => {
    const { submit, drive, queue, balance, provider } = await open([deliver]);
    const away = new DomainError('server.unavailable', 'unavailable', 'Away', { retryable: true });
    const succeed = jest.spyOn(queue, 'succeed').mockRejectedValueOnce(away);

    expect(await drive(await submit())).toBe(1);

    expect([provider.calls, succeed.mock.calls.length]).toEqual([1, 2]);
    expect(await balance()).toEqual([96, 0, PRICE]);
  });

  test('does not wait for the database when the process stops', async () => {
    const { submit, claim, worker, queue } = await open([deliver]);
    const away = new DomainError('server.unavailable', 'unavailable', 'Away', { retryable: true });
    const succeed = jest.spyOn(queue, 'succeed').mockImplementation(async () => {
      worker.abortAll();
      throw away;
    });

    await worker.run(await claim(await submit()));

    expect(succeed).toHaveBeenCalledTimes(1);
  });

  test('leaves to the next claim what it can not settle, and says so', async () => {
    const { app, submit, claim, worker, queue, itemOf } = await open([failWith(new ProviderError('content_rejected'))]);
    const [settling, telling] = [new Error('can not settle'), new Error('can not tell')];
    jest.spyOn(queue, 'fail').mockRejectedValueOnce(settling);
    jest.spyOn(app.get(ProviderBreaker), 'ended').mockRejectedValueOnce(telling);
    const item = await claim(await submit());

    await worker.run(item);

    expect(await itemOf(item.id)).toMatchObject({ state: 'RUNNING', fence: 1 });
    expect(complaints).toEqual({
      error: [{ err: settling, itemId: item.id }],
      warn: [{ err: telling, itemId: item.id }],
    });
    expect(worker.isIdle).toBe(true);
  });
});
