import { expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { describeAppOnEveryDatabase } from '../../../../test/test-app.js';
import { GalleryService } from '../../gallery/index.js';
import { ProviderError } from '../../providers/index.js';
import { ObjectStore } from '../../storage/index.js';
import { GenerationItem } from './generation-item.entity.js';
import { ItemCalls } from './item-calls.js';
import { LEASE_MS } from './item-claims.js';
import { PRICE, USER, type TestStudio, openStudio } from '../testing/open-studio.js';
import { openWorker } from '../testing/open-worker.js';
import { ScriptedProvider, deliver, failWith } from '../testing/scripted-provider.js';

async function filesOf({ app }: TestStudio): Promise<number> {
  let files = 0;
  for await (const { key } of app.get(ObjectStore).list('')) files += key.includes(`user-${USER}-`) ? 1 : 0;
  return files;
}

describeAppOnEveryDatabase('What a provider delivers', (start) => {
  test('is charged image by image: what is missing of a batch comes back', async () => {
    const studio = await openStudio(start);
    const provider = new ScriptedProvider([
      deliver,
      failWith(new ProviderError('content_rejected')),
      deliver,
      () => Promise.resolve(Buffer.alloc(0)),
    ]);
    const { drive } = openWorker(studio, provider);
    const ids = await studio.submitBatch(4);
    for (const id of ids) await drive(id);

    const states = await Promise.all(ids.map(studio.stateOf));
    expect(states).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED']);

    expect(await studio.balance()).toEqual([100 - 2 * PRICE, 0, 2 * PRICE]);
  });

  test('is two images, both charged, when it is twice the same bytes', async () => {
    const studio = await openStudio(start);
    const bytes = await deliver(new AbortController().signal);
    const { drive } = openWorker(studio, new ScriptedProvider([() => Promise.resolve(bytes)]));
    const ids = await studio.submitBatch(2);
    for (const id of ids) await drive(id);

    const images = await studio.app.get(GalleryService).findByItems(ids);
    expect(images.map(({ sha256 }) => sha256)).toEqual([images[0]?.sha256, images[0]?.sha256]);
    expect(new Set(images.map(({ storageKey }) => storageKey)).size).toBe(2);
    expect(await studio.balance()).toEqual([100 - 2 * PRICE, 0, 2 * PRICE]);
  });

  test('is charged once when a worker that stood still for two leases delivers as well', async () => {
    const studio = await openStudio(start);
    const id = await studio.submit();
    const second = openWorker(studio, new ScriptedProvider([deliver]));
    const first = openWorker(
      studio,
      new ScriptedProvider([
        async (signal) => {
          studio.clock.nowMs += 2 * LEASE_MS;
          await second.worker.run(await studio.claim(id));
          return deliver(signal);
        },
      ]),
    );

    await first.worker.run(await studio.claim(id));

    expect(await studio.stateOf(id)).toBe('SUCCEEDED');
    expect(await studio.images(id)).toBe(1);
    // The first worker's file is nobody's; the caretaker removes it.
    expect(await filesOf(studio)).toBeGreaterThanOrEqual(2);
    expect(await studio.balance()).toEqual([96, 0, PRICE]);
    const { generationId } = await studio.app.get(DataSource).manager.findOneByOrFail(GenerationItem, { id });
    expect(await studio.app.get(ItemCalls).count(generationId)).toBe(2);
  });

  test('comes too late after a cancel, and is neither shown nor charged', async () => {
    const studio = await openStudio(start);
    const id = await studio.submit();
    const { worker } = openWorker(
      studio,
      new ScriptedProvider([
        async (signal) => {
          const { generationId } = await studio.app.get(DataSource).manager.findOneByOrFail(GenerationItem, { id });
          await studio.queue.cancel(generationId, { type: 'user', id: String(USER) });
          return deliver(signal);
        },
      ]),
    );

    await worker.run(await studio.claim(id));

    expect(await studio.stateOf(id)).toBe('CANCELED');
    expect(await studio.images(id)).toBe(0);
    expect(await studio.balance()).toEqual([100, 0, 0]);
  });
});
