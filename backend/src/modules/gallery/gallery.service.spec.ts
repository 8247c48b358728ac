import { expect, test } from '@jest/globals';
import { GalleryQuery, Image, ImagePage, MyCreations, MyCreationsQuery } from '@atelier/contracts';
import { describeOnEveryDatabase, type TestDatabase } from '../../../test/test-database.js';
import { newId } from '../../platform/crypto/index.js';
import { isCheckViolation, isUniqueViolation } from '../../platform/database/index.js';
import type { Actor } from '../auth/index.js';
import type { GalleryService, NewImage } from './gallery.service.js';
import { GeneratedImage } from './image.entity.js';
import { START, ada, bob, newImage } from './testing/new-image.js';
import { GALLERY_ENTITIES, openGallery as openGalleryOn } from './testing/open-gallery.js';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail');
}

describeOnEveryDatabase('GalleryService', (open) => {
  let database: TestDatabase;
  let gallery: GalleryService;

  async function openGallery(): Promise<void> {
    database = await open(...GALLERY_ENTITIES);
    gallery = openGalleryOn(database);
  }

  async function record(...images: NewImage[]): Promise<NewImage[]> {
    for (const image of images) await database.transactions.run((tx) => gallery.record(tx, image));
    return images;
  }

  async function walk(user: Actor, query: Partial<GalleryQuery>, between?: () => Promise<unknown>): Promise<Image[]> {
    const images: Image[] = [];
    let cursor: string | undefined;
    do {
      const page = await gallery.list(user, { ...GalleryQuery.parse({}), ...query, cursor });
      expect(ImagePage.parse(page)).toEqual(page);
      images.push(...page.data);
      cursor = page.next_cursor ?? undefined;
      expect(page.has_more).toBe(cursor !== undefined);
      if (cursor !== undefined) expect(page.data).toHaveLength(query.limit ?? 50);
      await between?.();
    } while (cursor !== undefined);
    return images;
  }

  const newestFirst = (images: readonly NewImage[]): string[] =>
    [...images].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
  const ids = (images: readonly Image[]): string[] => images.map(({ id }) => id);

  test('shows a recorded image in full, with signed links', async () => {
    await openGallery();
    const image = newImage({
      enhancedPrompt: 'A lighthouse at dusk, painted',
      enhancer: 'gemini',
      enhancerModel: 'gemini-3.5-flash-lite',
      revisedPrompt: 'A lighthouse',
      seed: 4_294_967_295,
      tier: 'premium4',
      creditsSpent: 4,
      bytes: 31_234_567,
    });
    await record(image);

    const shown = await gallery.get(ada, image.id);

    expect(Image.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      id: image.id,
      prompt: image.prompt,
      enhanced_prompt: 'A lighthouse at dusk, painted',
      enhancer: { key: 'gemini', model: 'gemini-3.5-flash-lite' },
      revised_prompt: 'A lighthouse',
      seed: 4_294_967_295,
      tier: 'premium4',
      credits_spent: 4,
      bytes: 31_234_567,
      created_at: '2026-11-23T00:00:00.000Z',
      thumbhash: '',
      generation_id: image.generationId,
    });
    const links = [shown.image_url, shown.thumbnail_urls['256'], shown.thumbnail_urls['512']];
    for (const link of links)
      expect(link).toMatch(new RegExp(`^/${image.storageKey}\\?expires=\\d+&signature=[\\w-]{43}`));
    expect(new Set(links).size).toBe(3);

    await gallery.setThumbhash(image.id, 'k8eBBwAXmQ==');
    expect((await gallery.get(ada, image.id)).thumbhash).toBe('k8eBBwAXmQ==');
  });

  test('tells what was tried in vain before an image came', async () => {
    await openGallery();
    const provider = 'gemini';
    const first = newImage({ provider });
    const second = {
      ...newImage({ provider }),
      earlierAttempts: [
        { provider: 'openai', outcome: 'timeout' },
        { provider: 'openai', outcome: 'unknown' },
      ] as const,
    };
    await record(first, second);

    const delivered = { provider, outcome: 'delivered' };
    expect((await gallery.get(ada, first.id)).attempts).toEqual([delivered]);
    expect((await gallery.get(ada, second.id)).attempts).toEqual([...second.earlierAttempts, delivered]);
  });

  test('lists newest first, images of the same millisecond too, without a double or a hole', async () => {
    await openGallery();
    const images = Array.from({ length: 57 }, (_, index) => newImage({ createdAt: START + Math.floor(index / 10) }));
    await record(...images.toSorted((a, b) => (a.itemId.slice(-6) < b.itemId.slice(-6) ? -1 : 1)));
    await record(newImage({ userId: bob.id, createdAt: START + 2 }));

    for (const limit of [1, 7, 10, 19, 57, 100]) {
      expect(ids(await walk(ada, { limit }))).toEqual(newestFirst(images));
    }
  });

  test('is not confused by images that are made while somebody is reading', async () => {
    await openGallery();
    const images = Array.from({ length: 30 }, (_, index) => newImage({ createdAt: START + Math.floor(index / 4) }));
    await record(...images);

    let later = START + 1_000;
    const seen = await walk(ada, { limit: 4 }, () =>
      record(newImage({ createdAt: (later += 1) }), newImage({ createdAt: later })),
    );

    expect(ids(seen)).toEqual(newestFirst(images));
  });

  test('filters by tier and by provider, alone and together', async () => {
    await openGallery();
    const tiers = ['standard', 'premium2', 'premium4'] as const;
    const images = Array.from({ length: 36 }, (_, index) =>
      newImage({
        createdAt: START + Math.floor(index / 5),
        tier: tiers[index % 3] ?? 'standard',
        provider: index % 4 === 0 ? 'openai' : 'mock',
      }),
    );
    await record(...images);

    for (const tier of [undefined, ...tiers]) {
      for (const provider of [undefined, 'openai', 'mock', 'Mock', 'nobody']) {
        const expected = images.filter(
          (image) => (tier ?? image.tier) === image.tier && (provider ?? image.provider) === image.provider,
        );
        expect(ids(await walk(ada, { limit: 4, tier, provider }))).toEqual(newestFirst(expected));
        const { total } = await gallery.myCreations(ada, { limit: 1, offset: 0, tier, provider });
        expect(total).toBe(expected.length);
      }
    }
  });

  test('pages through my creations by offset and by cursor', async () => {
    await openGallery();
    const images = Array.from({ length: 23 }, (_, index) => newImage({ createdAt: START + Math.floor(index / 3) }));
    await record(...images);
    await record(newImage({ userId: bob.id }));
    const expected = newestFirst(images);

    for (const offset of [0, 1, 10, 20, 22, 23, 1_000_000]) {
      const page = await gallery.myCreations(ada, { limit: 10, offset });
      expect(MyCreations.parse(page)).toEqual(page);
      expect(ids(page.images)).toEqual(expected.slice(offset, offset + 10));
      expect(page.total).toBe(23);
      expect(page.next_cursor === null).toBe(offset + 10 >= 23);
    }
    const first = await gallery.myCreations(ada, MyCreationsQuery.parse({ limit: '10' }));
    const second = await gallery.myCreations(ada, { limit: 10, offset: 5, cursor: first.next_cursor ?? '' });
    expect(ids(second.images)).toEqual(expected.slice(10, 20));
  });

  test('starts with an empty list', async () => {
    await openGallery();

    expect(await gallery.myCreations(ada, { limit: 50, offset: 0 })).toEqual({
      images: [],
      total: 0,
      next_cursor: null,
    });
    expect(await gallery.list(ada, { limit: 50 })).toEqual({ data: [], has_more: false, next_cursor: null });
  });

  test('keeps people apart, whatever they know about each other', async () => {
    await openGallery();
    const [his = newImage()] = await record(newImage({ userId: bob.id, createdAt: START + 5 }));
    const mine = Array.from({ length: 3 }, (_, index) => newImage({ createdAt: START + index }));
    await record(...mine);

    await expect(gallery.get(ada, his.id)).rejects.toMatchObject({
      code: 'gallery.image_not_found',
      kind: 'not_found',
    });
    await expect(gallery.get(ada, newId(START))).rejects.toMatchObject({ code: 'gallery.image_not_found' });
    const { next_cursor: cursor } = await gallery.list(ada, { limit: 1 });
    expect((await gallery.list(bob, { limit: 10, cursor: cursor ?? '' })).data).toEqual([]);
    expect(ids(await walk(bob, { limit: 10 }))).toEqual([his.id]);
  });

  test('refuses a cursor that it did not give', async () => {
    await openGallery();

    for (const cursor of ['x', 'bm90IGEgY3Vyc29y']) {
      await expect(gallery.list(ada, { limit: 1, cursor })).rejects.toMatchObject({ code: 'gallery.cursor_invalid' });
      await expect(gallery.myCreations(ada, { limit: 1, offset: 0, cursor })).rejects.toMatchObject({
        code: 'gallery.cursor_invalid',
      });
    }
  });

  test('shows no deleted image', async () => {
    await openGallery();
    const [gone = newImage(), kept = newImage()] = await record(newImage(), newImage({ createdAt: START + 1 }));
    await database.transactions.run((tx) => tx.update(GeneratedImage, { id: gone.id }, { deletedAt: START }));

    await expect(gallery.get(ada, gone.id)).rejects.toMatchObject({ code: 'gallery.image_not_found' });
    expect(ids(await walk(ada, {}))).toEqual([kept.id]);
    expect((await gallery.forGenerations([gone.generationId])).get(gone.generationId)).toEqual([]);
  });

  test('gives the studio the images of its generations in the order of their items', async () => {
    await openGallery();
    const generationId = newId(START);
    const images = Array.from({ length: 4 }, () => newImage({ generationId }));
    const other = newImage();
    await record(...images.toReversed(), other);

    const found = await gallery.forGenerations([generationId, other.generationId, newId(START)]);

    expect(ids(found.get(generationId) ?? [])).toEqual(images.map(({ id }) => id));
    expect([...found.values()].map((list) => list.length)).toEqual([4, 1, 0]);
    expect(await gallery.forGenerations([])).toEqual(new Map());
    expect(await gallery.findByItems([])).toEqual([]);
    expect(await gallery.findByItems([other.itemId, newId(START)])).toEqual([
      {
        id: other.id,
        itemId: other.itemId,
        generationId: other.generationId,
        userId: ada.id,
        storageKey: other.storageKey,
        sha256: other.sha256,
        bytes: other.bytes,
      },
    ]);
  });

  test('tells which stored files are images, deleted ones as well', async () => {
    await openGallery();
    const [gone = newImage(), kept = newImage()] = await record(newImage(), newImage());
    await database.transactions.run((tx) => tx.update(GeneratedImage, { id: gone.id }, { deletedAt: START }));

    const recorded = await gallery.recordedKeys([gone.storageKey, kept.storageKey, newImage().storageKey]);

    expect(recorded).toEqual(new Set([gone.storageKey, kept.storageKey]));
    expect(await gallery.recordedKeys([])).toEqual(new Set());
  });

  test('records one image per item and per file, and counts only what was committed', async () => {
    await openGallery();
    const image = newImage();
    await record(image);
    const again = newImage({ itemId: image.itemId });
    const sameFile = newImage({ storageKey: image.storageKey });
    const empty = newImage({ bytes: 0 });

    for (const refused of [again, sameFile]) {
      expect(isUniqueViolation(await failureOf(record(refused)))).toBe(true);
    }
    expect(isCheckViolation(await failureOf(record(empty)))).toBe(true);
    const rolledBack = database.transactions.run(async (tx) => {
      await gallery.record(tx, newImage());
      throw new Error('the account was frozen');
    });
    await expect(rolledBack).rejects.toThrow('frozen');

    expect(await gallery.myCreations(ada, { limit: 10, offset: 0 })).toMatchObject({ total: 1 });
  });

  test('counts exactly while many are recorded at once, the first one included', async () => {
    await openGallery();
    const images = Array.from({ length: 40 }, (_, index) => newImage({ userId: (index % 2) + 1 }));
    await Promise.all(images.map((image) => record(image)));

    for (const user of [ada, bob]) {
      const counted = await database.dataSource.getRepository(GeneratedImage).countBy({ userId: user.id });
      expect(await gallery.myCreations(user, { limit: 1, offset: 0 })).toMatchObject({ total: counted });
      expect(counted).toBe(20);
    }
  });

  test('is not stopped by a provider that is fond of long names', async () => {
    await openGallery();
    const [image = newImage()] = await record(newImage({ jobId: 'j'.repeat(500), model: 'm'.repeat(500) }));

    const shown = await gallery.get(ada, image.id);
    expect([shown.job_id.length, shown.model.length]).toEqual([200, 100]);
  });
});
