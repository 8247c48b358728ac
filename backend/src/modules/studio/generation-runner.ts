import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { IdempotencyKeys } from '../../platform/idempotency/index.js';
import { ImageThumbnails } from '../gallery/index.js';
import { GenerationSignals } from './generation-signals.js';
import { ItemQueue } from './item-queue.js';
import { ItemWorker } from './item-worker.js';
import { MAX_AT_WORK_PER_PROCESS } from './queue-limits.js';

/** How often to look for work that nobody announced: another process's, or of one that stopped. */
const POLL_MS = 1_000;

/** How often to look after what was left behind: items whose attempts are used up, thumbnails that were never made. */
const TIDY_MS = 15_000;

/** How long running items may go on after the process was asked to stop. */
const GRACE_MS = 10_000;

/** Claims items that are due and has them made, a bounded number at a time. */
@Injectable()
export class GenerationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(GenerationRunner.name);
  readonly #active = new Map<string, Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #claiming: Promise<void> | undefined;
  #isWanted = false;
  #isStopping = false;

  constructor(
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(ItemWorker) private readonly worker: ItemWorker,
    @Inject(ImageThumbnails) private readonly thumbnails: ImageThumbnails,
    @Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys,
    @Inject(GenerationSignals) private readonly signals: GenerationSignals,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // On SQLite this process holds the lock on the data, so whatever is still leased belongs to one that died.
    if (this.configuration.databaseUrl === undefined) await this.queue.endAllLeases();
    this.#timers.push(
      setInterval(() => this.wake(), POLL_MS),
      setInterval(() => void this.#tidy(), TIDY_MS),
    );
    void this.#tidy();
    this.wake();
  }

  /** Looks for work now rather than at the next poll. */
  wake(): void {
    if (this.#isStopping) return;
    this.#isWanted = true;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
      if (this.#isWanted) this.wake();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#claiming;
    const grace = setTimeout(() => this.worker.abortAll(), GRACE_MS);
    await Promise.all(this.#active.values());
    clearTimeout(grace);
    this.signals.stop();
  }

  async #claimAll(): Promise<void> {
    this.#isWanted = false;
    try {
      const due = await this.queue.due(MAX_AT_WORK_PER_PROCESS - this.#active.size);
      for (const id of due) {
        if (this.#isStopping || this.#active.has(id)) continue;
        const item = await this.queue.claim(id);
        if (item) this.#start(item.id, item.generationId, this.worker.run(item));
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'Work could not be claimed; trying again in a second');
    }
  }

  async #tidy(): Promise<void> {
    try {
      for (const generationId of await this.queue.giveUpExhausted(MAX_AT_WORK_PER_PROCESS))
        this.signals.changed(generationId);
      if (this.#active.size === 0) await this.thumbnails.prepareMissing();
      await this.keys.prune();
    } catch (error) {
      this.#logger.error({ err: error }, 'What was left behind could not be looked after; trying again soon');
    }
  }

  #start(itemId: string, generationId: string, work: Promise<void>): void {
    this.#active.set(
      itemId,
      work.finally(() => {
        this.#active.delete(itemId);
        this.signals.changed(generationId);
        this.wake();
      }),
    );
  }
}
