import { HttpClient } from '@angular/common/http';
import { DOCUMENT, DestroyRef, computed, inject, linkedSignal } from '@angular/core';
import type { AuditEntry, AuditPage } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import type { PageRequest } from '../platform/paged-list';
import { nextMoment } from '../platform/poll';

const INTERVAL_MS = 20_000;

export interface ShownEntries {
  readonly request: PageRequest;
  readonly entries: readonly AuditEntry[];
}

/**
 * Looks now and then, while the page is visible, whether something has happened that the page does not show yet. It only
 * counts: the list moves when its reader asks for it. To be made where one may inject.
 */
export class NewEntries {
  readonly #http = inject(HttpClient);
  readonly #document = inject(DOCUMENT);
  readonly #shown: () => ShownEntries | undefined;
  /** Starts over with every list that is shown anew. */
  readonly #found = linkedSignal<number | undefined, { readonly count: number; readonly isMore: boolean }>({
    source: () => this.#shown()?.entries[0]?.sequence,
    computation: () => ({ count: 0, isMore: false }),
  });

  /** `12`, `50+`; undefined when there are none. */
  readonly count = computed(() => {
    const { count, isMore } = this.#found();
    if (count === 0) return undefined;
    return { text: isMore ? `${count}+` : String(count), isOne: count === 1 && !isMore };
  });

  /** @param shown what the page shows; undefined while it shows nothing, or nothing new can come */
  constructor(shown: () => ShownEntries | undefined) {
    this.#shown = shown;
    const ended = new AbortController();
    inject(DestroyRef).onDestroy(() => ended.abort());
    void this.#watch(ended.signal);
  }

  async #watch(ended: AbortSignal): Promise<void> {
    for (;;) {
      await nextMoment(INTERVAL_MS, this.#document, ended);
      if (ended.aborted) return;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const shown = this.#shown();
    if (shown === undefined) return;
    const { url, params } = shown.request;
    const newest = shown.entries[0]?.sequence ?? 0;
    try {
      const page = await firstValueFrom(this.#http.get<AuditPage>(url, { params }));
      if (newest !== (this.#shown()?.entries[0]?.sequence ?? 0)) return;
      const count = page.data.filter(({ sequence }) => sequence > newest).length;
      this.#found.set({ count, isMore: page.has_more && count === page.data.length });
    } catch {
      // Nobody asked for it: what is known stays, and the next look tells more.
    }
  }
}
