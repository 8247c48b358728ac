import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { GenerationSignals } from './generation-signals.js';
import { ItemQueue } from './item-queue.js';
import { ItemWorker } from './item-worker.js';
import { MAX_AT_WORK_PER_PROCESS } from './queue-limits.js';

/** How often to look for work that nobody announced: another process's, or of one that stopped. */
const POLL_MS = 1_000;

/** How long running items may go on after the process was asked to stop. */
const GRACE_MS = 10_000;

/** Claims items that are due and has them made, a bounded number at a time. */
@Injectable()
export class GenerationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(GenerationRunner.name);
  readonly #active = new Map<string, Promise<void>>();
  #poll: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #isWanted = false;
  #isStopping = false;

  constructor(
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(ItemQueue) private readonly queue: ItemQueue,
    @Inject(ItemWorker) private readonly worker: ItemWorker,
    @Inject(GenerationSignals) private readonly signals: GenerationSignals,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.configuration.duties.works) return;
    // On SQLite this process holds the lock on the data, so whatever is still leased belongs to one that died.
    if (this.configuration.databaseUrl === undefined) await this.queue.endAllLeases();
    this.#poll = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Looks for work now rather than at the next poll. */
  wake(): void {
    if (this.#isStopping || !this.configuration.duties.works) return;
    this.#isWanted = true;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
      if (this.#isWanted) this.wake();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#poll);
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
        if (item) this.#start(item.id, this.worker.run(item));
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'Work could not be claimed; trying again in a second');
    }
  }

  #start(itemId: string, work: Promise<void>): void {
    this.#active.set(
      itemId,
      work.finally(() => {
        this.#active.delete(itemId);
        this.wake();
      }),
    );
  }
}
