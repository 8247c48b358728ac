import { HttpClient, type HttpResourceRef, httpResource } from '@angular/common/http';
import { computed, inject, linkedSignal } from '@angular/core';
import { firstValueFrom } from 'rxjs';

export interface PageRequest {
  readonly url: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** One page as the API hands it out: `next_cursor` is null on the last one. */
interface Page<Row> {
  readonly data: readonly Row[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

type LoadingMore = { readonly state: 'idle' | 'loading' } | { readonly state: 'failed'; readonly error: unknown };

const IDLE: LoadingMore = { state: 'idle' };

/**
 * A list that is read by cursor and grows at its end. A changed request starts over with the first page.
 * Has to be made in an injection context.
 */
export class PagedList<Row> {
  readonly #http = inject(HttpClient);
  readonly #request: () => PageRequest;
  readonly #first: HttpResourceRef<Page<Row> | undefined>;
  readonly #firstPage = computed(() => (this.#first.hasValue() ? this.#first.value() : undefined));
  readonly #nextCursor = linkedSignal(() => this.#firstPage()?.next_cursor ?? null);
  readonly #loadingMore = linkedSignal<Page<Row> | undefined, LoadingMore>({
    source: this.#firstPage,
    computation: () => IDLE,
  });

  readonly rows = linkedSignal<readonly Row[]>(() => this.#firstPage()?.data ?? []);
  readonly isLoaded = computed(() => this.#firstPage() !== undefined);
  readonly error = computed(() => this.#first.error());
  readonly hasMore = computed(() => this.#nextCursor() !== null);
  readonly isLoadingMore = computed(() => this.#loadingMore().state === 'loading');
  readonly moreError = computed(() => {
    const more = this.#loadingMore();
    return more.state === 'failed' ? more.error : undefined;
  });

  constructor(request: () => PageRequest) {
    this.#request = request;
    this.#first = httpResource<Page<Row>>(() => request());
  }

  reload(): void {
    this.#first.reload();
  }

  async loadMore(): Promise<void> {
    const cursor = this.#nextCursor();
    const basis = this.#firstPage();
    if (cursor === null || this.isLoadingMore()) return;
    const { url, params } = this.#request();
    this.#loadingMore.set({ state: 'loading' });
    try {
      const page = await firstValueFrom(this.#http.get<Page<Row>>(url, { params: { ...params, cursor } }));
      // Another filter or a reload in the meantime has begun a list that this page does not continue.
      if (basis !== this.#firstPage()) return;
      this.rows.update((rows) => [...rows, ...page.data]);
      this.#nextCursor.set(page.next_cursor);
      this.#loadingMore.set(IDLE);
    } catch (error) {
      if (basis === this.#firstPage()) this.#loadingMore.set({ state: 'failed', error });
    }
  }
}
