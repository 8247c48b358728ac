import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../../platform/time/index.js';
import { GalleryService } from '../../gallery/index.js';
import { ObjectStore, imageKeysOf } from '../../storage/index.js';

const HOUR_MS = 60 * 60 * 1_000;

/** No younger file is touched: longer than any work on an item, and longer than its credits may stay held. */
const MIN_AGE_MS = 24 * HOUR_MS;

/** A file must be found without an image twice, so far apart; also the pause between two walks. */
const APART_MS = HOUR_MS;

/** A process that always has work to do still looks through the files this often. */
const BUSY_PAUSE_MS = 6 * HOUR_MS;

/** Files that one walk removes at most; the others wait for the next. */
const MAX_REMOVALS = 500;

/** Orphans that are kept in mind; a walk that finds more leaves them to later ones. */
const MAX_SUSPECTS = 10_000;

/** Keys that the database is asked about at a time. */
const BATCH = 500;

/** Where fewer files than this are orphans, their share of all files says nothing. */
const FEW = 20;

interface Walk {
  readonly now: number;
  readonly signal: AbortSignal | undefined;
  readonly orphans: Map<string, number>;
  examined: number;
  unrecorded: number;
}

/**
 * Removes stored files that belong to no image: those of attempts that lost their item, and drafts of processes that
 * died. The only code that deletes image files.
 */
@Injectable()
export class OrphanFiles {
  readonly #logger = new Logger(OrphanFiles.name);
  /** Files without an image, with the moment at which they were first found. */
  #suspects: ReadonlyMap<string, number> = new Map();
  #lastWalkAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Whether it is time for a walk; one that has work to do puts it off for a while. */
  isDue(isIdle: boolean): boolean {
    return this.clock.now() - this.#lastWalkAt >= (isIdle ? APART_MS : BUSY_PAUSE_MS);
  }

  /**
   * Walks through all files, and removes what an earlier walk found without an image as well.
   * @returns what was removed
   */
  async sweep(signal?: AbortSignal): Promise<string[]> {
    const now = this.clock.now();
    this.#lastWalkAt = now;
    const drafts = await this.store.removeDrafts(now - MIN_AGE_MS, MAX_REMOVALS, signal);
    const walk = await this.#walk(now, signal);
    this.#suspects = walk.orphans;
    if (isImplausible(walk)) {
      this.#logger.error(
        { examined: walk.examined, unrecorded: walk.unrecorded },
        'Most of the stored files belong to no image in this database. Is it the right one? None of them is removed',
      );
      return drafts;
    }
    const ripe = [...walk.orphans].filter(([, firstSeenAt]) => now - firstSeenAt >= APART_MS).map(([key]) => key);
    return [...drafts, ...(await this.#removeAll(ripe.slice(0, MAX_REMOVALS), signal))];
  }

  async #walk(now: number, signal: AbortSignal | undefined): Promise<Walk> {
    const walk: Walk = { now, signal, orphans: new Map(), examined: 0, unrecorded: 0 };
    let batch: string[] = [];
    for await (const { key, modifiedAtMs } of this.store.list('', signal)) {
      if (now - modifiedAtMs < MIN_AGE_MS) continue;
      batch.push(key);
      if (batch.length < BATCH) continue;
      await this.#examine(batch, walk);
      batch = [];
    }
    await this.#examine(batch, walk);
    return walk;
  }

  async #examine(keys: readonly string[], walk: Walk): Promise<void> {
    const unrecorded = await this.#withoutImage(keys);
    walk.examined += keys.length;
    walk.unrecorded += unrecorded.length;
    for (const key of unrecorded) {
      if (walk.orphans.size < MAX_SUSPECTS) walk.orphans.set(key, this.#suspects.get(key) ?? walk.now);
    }
    await nextTurn();
  }

  async #removeAll(keys: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
    const removed: string[] = [];
    for (let start = 0; start < keys.length; start += BATCH) {
      // Asked again just before: the walk may have taken long.
      for (const key of await this.#withoutImage(keys.slice(start, start + BATCH))) {
        signal?.throwIfAborted();
        if (await this.#remove(key)) removed.push(key);
      }
    }
    return removed;
  }

  async #remove(key: string): Promise<boolean> {
    try {
      await this.store.remove(key);
      return true;
    } catch (error) {
      this.#logger.warn({ err: error, key }, 'A file that belongs to no image could not be removed');
      return false;
    }
  }

  /** A thumbnail belongs to its image. */
  async #withoutImage(keys: readonly string[]): Promise<string[]> {
    const recorded = await this.gallery.recordedKeys(keys.flatMap(imageKeysOf));
    return keys.filter((key) => !imageKeysOf(key).some((imageKey) => recorded.has(imageKey)));
  }
}

/** Another database, or an older copy of it, knows few of the files: those are somebody's images, not orphans. */
function isImplausible({ examined, unrecorded }: Walk): boolean {
  return unrecorded > FEW && unrecorded * 2 > examined;
}
