import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Image } from '@atelier/contracts';
import { eventually } from '../../testing/eventually';
import { FakeApi, outage } from '../../testing/fake-api';
import { sampleImage } from '../../testing/generation-fixtures';
import { GalleryStore } from './gallery-store';

const LIST = 'GET /api/v1/gallery/images';

const numbered = (number: number): Image =>
  sampleImage({ id: `019ab000-0000-7000-8000-${String(number).padStart(12, '0')}` });
const id = (number: number): string => numbered(number).id;

describe('GalleryStore', () => {
  let api: FakeApi;
  let store: GalleryStore;

  beforeEach(async () => {
    api = new FakeApi()
      .on(LIST, (request) =>
        request.params.get('cursor') === 'second'
          ? { data: [numbered(3)], has_more: false, next_cursor: null }
          : { data: [numbered(1), numbered(2)], has_more: true, next_cursor: 'second' },
      )
      .on('GET /api/v1/studio/my-creations', () => ({ images: [numbered(1)], total: 3 }));
    TestBed.configureTestingModule({
      providers: [GalleryStore, provideHttpClient(withInterceptors([api.interceptor]))],
    });
    store = TestBed.inject(GalleryStore);
    TestBed.tick();
    await eventually(() => expect(store.images()).toHaveLength(2));
  });

  it('goes on from the cursor that the last page gave', async () => {
    await store.list.loadMore();
    expect(store.images().map((image) => image.id)).toEqual([id(1), id(2), id(3)]);
    expect(api.asked(LIST).map((request) => request.params.get('cursor'))).toEqual([null, 'second']);
    expect(store.hasNext(id(3))).toBe(false);
  });

  it('knows how many there are before all are loaded', async () => {
    await eventually(() => expect(store.total()).toBe(3));
  });

  it('finds neighbours, loading the page that they are on', async () => {
    expect(store.neighbour(id(1), -1)).toBeNull();
    expect(store.neighbour(id(1), 1)?.id).toBe(id(2));
    expect((await store.next(id(2)))?.id).toBe(id(3));
    expect(await store.next(id(3))).toBeNull();
  });

  it('stays at an image when its next page cannot be had', async () => {
    api.on(LIST, () => outage());
    expect(await store.next(id(2))).toBeNull();
    expect(store.list.moreError()).toBeDefined();
    expect(store.images()).toHaveLength(2);
  });

  it('knows which images are worth loading up to', () => {
    const older = { ...numbered(3), created_at: '2026-11-23T09:00:00.000Z' };
    expect(store.isAhead(older)).toBe(true);
    expect(store.isAhead(numbered(2))).toBe(false);
    expect(store.isAhead({ ...older, created_at: '2026-11-23T11:00:00.000Z' })).toBe(false);
  });

  it('starts over for another tier', async () => {
    await store.list.loadMore();
    store.tier.set('premium2');
    TestBed.tick();
    await eventually(() => expect(api.asked(LIST).at(-1)?.params.get('tier')).toBe('premium2'));
    expect(api.asked(LIST).at(-1)?.params.get('cursor')).toBeNull();
  });
});
