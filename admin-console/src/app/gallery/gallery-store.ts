import { httpResource } from '@angular/common/http';
import { Injectable, computed, signal } from '@angular/core';
import { type Image, type MyCreations, type Tier } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import { PagedList } from '../platform/paged-list';

const PAGE_LIMIT = 100;
/** An image further down than this is shown without its neighbours. */
const SEEK_LIMIT = 1_000;

/** The images of one visit to the gallery, newest first, and where in them the person is. */
@Injectable()
export class GalleryStore {
  /** Only images of this tier; null shows all. */
  readonly tier = signal<Tier | null>(null);

  readonly list = new PagedList<Image>(() => {
    const tier = this.tier();
    return { url: `${API_BASE}/gallery/images`, params: { limit: PAGE_LIMIT, ...(tier !== null && { tier }) } };
  });
  readonly images = this.list.rows;

  readonly #all = httpResource<MyCreations>(() => ({ url: `${API_BASE}/studio/my-creations`, params: { limit: 1 } }));
  /** How many images there are without a filter; null while that is unknown. */
  readonly total = computed(() => (this.#all.hasValue() ? this.#all.value().total : null));

  /** The image that the keyboard is at. An id, because the elements of a long list are reused for other images. */
  readonly focusedId = signal<string | null>(null);
  /** Set when the focus has to go to the focused image as soon as that is on screen. */
  readonly isFocusWanted = signal(false);

  readonly #positions = computed(() => new Map(this.images().map((image, index) => [image.id, index])));

  /** Place in the list as it is loaded, from 0; null when the image is not in it. */
  positionOf(id: string | null): number | null {
    return id === null ? null : (this.#positions().get(id) ?? null);
  }

  /** The image that many places further on (or back, when negative), if it is loaded. */
  neighbour(id: string, by: number): Image | null {
    const position = this.positionOf(id);
    return position === null ? null : (this.images()[position + by] ?? null);
  }

  /** True when the image comes later in the list than what is loaded, but not too far to load up to it. */
  isAhead(image: Image): boolean {
    const last = this.images().at(-1);
    const isWithinReach =
      this.images().length < SEEK_LIMIT && this.list.hasMore() && this.list.moreError() === undefined;
    return (
      isWithinReach && last !== undefined && image.created_at <= last.created_at && this.positionOf(image.id) === null
    );
  }

  /** True when there is a next image, whether or not it is loaded yet. */
  hasNext(id: string): boolean {
    const position = this.positionOf(id);
    return position !== null && (position + 1 < this.images().length || this.list.hasMore());
  }

  /** The next image, loading more when this is the last one so far; null at the end. */
  async next(id: string): Promise<Image | null> {
    if (this.neighbour(id, 1) === null && this.hasNext(id)) {
      await this.list.loadMore();
    }
    return this.neighbour(id, 1);
  }

  focus(id: string): void {
    this.focusedId.set(id);
    this.isFocusWanted.set(true);
  }
}
