import { expect, jest, test } from '@jest/globals';
import { GenerateRequest } from '@atelier/contracts';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { ObservedStudio } from '../../../test/model/observed-studio.js';
import { DomainError } from '../../platform/errors/index.js';
import { IdempotencyKeys } from '../../platform/idempotency/index.js';
import { ProviderError } from '../providers/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { CanceledItems } from './items/canceled-items.js';
import { GenerationEvents } from './events/generation-events.js';
import { GenerationReader } from './generation-reader.js';
import { GenerationWatch } from './events/generation-watch.js';
import { WakeUps } from './queue/wake-ups/index.js';
import { imageOf } from './testing/open-studio.js';

const request = (count = 1): GenerateRequest =>
  GenerateRequest.parse({ prompt: 'a harbour', tier: 'premium4', provider: 'mock', count });

describeAppOnEveryDatabase('StudioService', (start) => {
  async function open(credits = 100): Promise<ObservedStudio> {
    return (await ObservedStudio.open(start)).forNewcomer(credits);
  }

  /** Has an item made, or fail. */
  async function finish(studio: ObservedStudio, itemId: string, error?: DomainError): Promise<void> {
    const item = await studio.claims.claim(itemId);
    if (!item) throw new Error('The item could not be claimed');
    if (error) await studio.queue.fail(item, error);
    else await studio.queue.succeed(item, { ...imageOf(item, studio.clock), userId: studio.actor.id });
  }

  const itemsOf = async (studio: ObservedStudio): Promise<string[]> =>
    (await studio.observe()).items.map(({ id }) => id);

  test('sets the credits aside, queues every item, and tells whoever makes them', async () => {
    const mine = await open();
    const announced = jest.spyOn(mine.get(WakeUps), 'announce');
    const told = jest.spyOn(mine.get(GenerationEvents), 'announce');

    const { id, isReplay } = await mine.studio.generate(mine.actor, request(3));

    expect(isReplay).toBe(false);
    const { account, items } = await mine.observe();
    expect(account).toMatchObject({ available: 88, held: 12 });
    expect(items.map(({ generationId, state, hold, amount }) => [generationId, state, hold, amount])).toEqual(
      Array.from({ length: 3 }, () => [id, 'QUEUED', 'HELD', 4]),
    );
    expect(announced).toHaveBeenCalledWith(items.map((item) => ({ id: item.id, fence: 0 })));
    expect(told).toHaveBeenCalledWith({ change: 'submitted', userId: mine.actor.id, generationId: id });
  });

  test('finds the first generation again under its key, whatever prices have become since, and tells nobody', async () => {
    const mine = await open(4);
    const { id } = await mine.studio.generate(mine.actor, request(), 'k1');
    const announced = jest.spyOn(mine.get(WakeUps), 'announce');
    const administrator = { ...mine.administrator };
    await mine.get(StudioSettingsService).change(administrator, { credit_price_premium4: '50' });

    expect(await mine.studio.generate(mine.actor, request(), 'k1')).toEqual({ id, isReplay: true });
    const keyed = { principal: `user:${mine.actor.id}`, key: 'k1', body: request() };
    const routes = ['POST /api/v1/studio/generate', 'POST /api/v1/admin/credits/grants'];
    const found = await Promise.all(routes.map((route) => mine.get(IdempotencyKeys).find({ ...keyed, route })));
    expect(found).toEqual([id, undefined]);
    await expect(mine.studio.generate(mine.actor, request(2), 'k1')).rejects.toMatchObject({
      code: 'request.idempotency_conflict',
    });
    await expect(mine.studio.generate(mine.actor, request(), 'k2')).rejects.toMatchObject({
      code: 'credits.insufficient',
    });

    expect(announced).not.toHaveBeenCalled();
    expect(await itemsOf(mine)).toHaveLength(1);
    // The price is frozen.
    expect((await mine.studio.get(mine.actor, id)).credits).toEqual({ quoted: 4, charged: 0 });
  });

  test('takes as many items as one person may have, and not one more', async () => {
    const mine = await open(500);
    for (let taken = 0; taken < 96; taken += 8) await mine.studio.generate(mine.actor, request(8));

    await expect(mine.studio.generate(mine.actor, request(5))).rejects.toMatchObject({ code: 'studio.queue_full' });
    await mine.studio.generate(mine.actor, request(4));

    expect((await mine.observe()).account).toMatchObject({ available: 100, held: 400 });
  });

  test('carries simultaneous repetitions out once, and announces once', async () => {
    const mine = await open();
    const announced = jest.spyOn(mine.get(WakeUps), 'announce');

    const accepted = await Promise.all(
      Array.from({ length: 8 }, () => mine.studio.generate(mine.actor, request(), 'k1')),
    );

    expect(new Set(accepted.map(({ id }) => id)).size).toBe(1);
    expect(accepted.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
    expect(announced).toHaveBeenCalledTimes(1);
    expect((await mine.observe()).account).toMatchObject({ available: 96, held: 4 });
  });

  test('keeps keys and generations of different people apart', async () => {
    const mine = await open();
    const theirs = await mine.forNewcomer(100);
    const { id } = await mine.studio.generate(mine.actor, request(), 'k1');

    expect(await mine.studio.generate(theirs.actor, request(), 'k1')).toMatchObject({ isReplay: false });
    for (const read of [mine.studio.get.bind(mine.studio), mine.studio.cancel.bind(mine.studio)]) {
      await expect(read(theirs.actor, id)).rejects.toMatchObject({ code: 'studio.generation_not_found' });
    }
    expect(await mine.studio.get(mine.actor, id)).toMatchObject({ id, status: 'queued' });
  });

  test('waits for the end, and no longer than was wished', async () => {
    const mine = await open();
    const { studio, actor } = mine;
    const { id } = await studio.generate(actor, request());
    expect(await studio.wait(actor, id, 0)).toMatchObject({ status: 'queued' });
    expect(await studio.wait(actor, id, 30)).toMatchObject({ status: 'queued' });

    const [itemId = ''] = await itemsOf(mine);
    const waiting = studio.wait(actor, id, 60_000);
    await finish(mine, itemId);

    expect(await waiting).toMatchObject({ status: 'succeeded', credits: { quoted: 4, charged: 4 } });
    expect(await studio.wait(actor, id, 60_000)).toMatchObject({ status: 'succeeded' });
  });

  test('has a generation watched from before it can be finished, and by nobody who has been answered', async () => {
    const mine = await open(8);
    const { studio, actor } = mine;
    const generations = mine.get(GenerationWatch);
    const finished = jest.spyOn(mine.get(GenerationReader), 'finished');
    let watching = 0;
    const watch = generations.watch.bind(generations);
    jest.spyOn(generations, 'watch').mockImplementation((interest) => {
      const watcher = watch(interest);
      const { end } = watcher;
      watching += 1;
      return Object.assign(watcher, {
        end: () => {
          watching -= 1;
          end();
        },
      });
    });

    await studio.generate(actor, request());
    expect(watching).toBe(0);
    const twice = await Promise.all(['k', 'k'].map((key) => studio.generateWatched(actor, request(), key)));
    expect(watching).toBe(1);
    await expect(studio.generateWatched(actor, request())).rejects.toMatchObject({ code: 'credits.insufficient' });
    expect(watching).toBe(1);

    const accepted = twice.find(({ watcher }) => watcher !== undefined);
    const waiting = studio.wait(actor, accepted?.id ?? '', 60_000, accepted?.watcher);
    // What is watched is looked at when there is news of it.
    expect(finished).not.toHaveBeenCalled();
    await finish(mine, (await itemsOf(mine)).at(-1) ?? '');
    expect(await waiting).toMatchObject({ id: accepted?.id, status: 'succeeded' });
    expect(watching).toBe(0);
  });

  test('lets nobody wait while the process stops', async () => {
    const mine = await open();
    const { studio, actor } = mine;
    const { id } = await studio.generate(actor, request());
    const waiting = studio.wait(actor, id, 60_000);

    mine.get(GenerationWatch).stop();

    expect(await waiting).toMatchObject({ status: 'queued' });
    expect(await studio.wait(actor, id, 60_000)).toMatchObject({ status: 'queued' });
  });

  test('cancels what is not finished: images that are there stay and stay charged', async () => {
    const mine = await open();
    const announced = jest.spyOn(mine.get(CanceledItems), 'announce');
    const { id } = await mine.studio.generate(mine.actor, request(3));
    const [first = '', ...others] = await itemsOf(mine);
    await finish(mine, first);

    expect(await mine.studio.cancel(mine.actor, id)).toMatchObject({
      status: 'partially_succeeded',
      credits: { quoted: 12, charged: 4 },
    });

    expect(announced).toHaveBeenCalledWith(others);
    expect((await mine.observe()).account).toMatchObject({ available: 96, held: 0, consumed: 4 });
    const [released] = await mine.dataSource.query<Record<string, string>[]>(
      `SELECT actor_type, actor_id, reason FROM ledger_entry WHERE src = 'HELD' AND dst = 'AVAILABLE'`,
    );
    expect(released).toEqual({ actor_type: 'user', actor_id: String(mine.actor.id), reason: 'Canceled' });
  });

  test('takes nothing for delivered that was canceled or failed', async () => {
    const mine = await open();
    const { studio, actor } = mine;
    const [canceled, failed] = [await studio.generate(actor, request()), await studio.generate(actor, request(2))];
    const ids = (await mine.observe()).items.filter(({ generationId }) => generationId === failed.id);
    await studio.assertDelivered(await studio.get(actor, failed.id));
    await studio.cancel(actor, canceled.id);
    const timeout = new ProviderError('timeout');
    for (const { id } of ids) await finish(mine, id, timeout);

    await expect(studio.assertDelivered(await studio.get(actor, canceled.id))).rejects.toMatchObject({
      code: 'studio.canceled',
      kind: 'conflict',
      message: 'The generation was canceled. You were not charged.',
      retryable: false,
      generationId: canceled.id,
    });
    await expect(studio.assertDelivered(await studio.get(actor, failed.id))).rejects.toMatchObject({
      code: timeout.code,
      kind: timeout.kind,
      message: timeout.message,
      retryable: timeout.retryable,
      generationId: failed.id,
    });

    const partly = await studio.generate(actor, request(2));
    const items = (await mine.observe()).items.filter(({ generationId }) => generationId === partly.id);
    await finish(mine, items[0]?.id ?? '');
    await finish(mine, items[1]?.id ?? '', timeout);
    await expect(studio.assertDelivered(await studio.get(actor, partly.id))).resolves.toBeUndefined();
  });
});
