import { DOCUMENT, Injectable, inject } from '@angular/core';

const STORAGE_KEY = 'atelier.unfinished-generations';

/** Remembers, for this tab, which generations were still under way, so that a reload picks them up again. */
@Injectable({ providedIn: 'root' })
export class UnfinishedGenerations {
  readonly #window = inject(DOCUMENT).defaultView;

  /** Ids that this user left unfinished; another user's are none of theirs. */
  of(userId: number): readonly string[] {
    const stored = parse(this.#storage()?.getItem(STORAGE_KEY) ?? '');
    return stored.userId === userId ? stored.ids : [];
  }

  add(userId: number, id: string): void {
    this.#write(userId, [...this.of(userId).filter((known) => known !== id), id]);
  }

  remove(userId: number, id: string): void {
    this.#write(
      userId,
      this.of(userId).filter((known) => known !== id),
    );
  }

  #write(userId: number, ids: readonly string[]): void {
    this.#storage()?.setItem(STORAGE_KEY, JSON.stringify({ userId, ids }));
  }

  /** Reading the property throws where the browser blocks storage; then a reload forgets, and the gallery still has the images. */
  #storage(): Storage | null {
    try {
      return this.#window?.sessionStorage ?? null;
    } catch {
      return null;
    }
  }
}

interface Stored {
  readonly userId: number | null;
  readonly ids: readonly string[];
}

const NOTHING: Stored = { userId: null, ids: [] };

/** What is in the tab's storage may be anything: it outlives releases and can be edited by hand. */
function parse(text: string): Stored {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('userId' in value) || !('ids' in value)) {
      return NOTHING;
    }
    const { userId, ids } = value;
    return typeof userId === 'number' && Array.isArray(ids)
      ? { userId, ids: ids.filter((id): id is string => typeof id === 'string') }
      : NOTHING;
  } catch {
    // Not JSON is the same as nothing remembered.
    return NOTHING;
  }
}
