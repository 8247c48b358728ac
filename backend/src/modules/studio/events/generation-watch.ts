import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Broadcast } from '../../../platform/broadcast/index.js';
import { RepeatedTask } from '../../../platform/time/index.js';
import { GenerationEventLog } from './generation-event-log.js';
import { GENERATION_CHANNEL, type GenerationNews, readGenerationNews } from './generation-news.js';

/** How often the log is looked at, for what was announced to nobody here: by a process that can't reach this one. */
const POLL_MS = 1_000;

/** What somebody waits for. */
export interface Interest {
  readonly userId: number;
  /** Only the progress of this one; without it everything about the user's generations. */
  readonly generationId?: string;
}

/** Somebody who waits for news. End it when it is no longer needed. */
export class GenerationWatcher {
  /** Id of the newest event that is known; the log is only looked at again behind it. */
  seen: number | undefined;
  #hasNews = false;
  #wake: (() => void) | undefined;

  constructor(
    readonly interest: Interest,
    readonly end: () => void,
  ) {}

  /** Waits until something may have happened since the last time, or the time is up. @returns whether it may have */
  async news(timeoutMs: number): Promise<boolean> {
    if (!this.#hasNews && timeoutMs > 0) {
      await new Promise<void>((resolve) => {
        const timeUp = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timeUp);
          resolve();
        };
      });
    }
    const hadNews = this.#hasNews;
    this.#hasNews = false;
    return hadNews;
  }

  notify(): void {
    this.#hasNews = true;
    this.#wake?.();
  }
}

/**
 * Wakes whoever in this process waits for news of generations: at once where the change is announced, and within a
 * second where it is not. However many wait, the log is asked once.
 */
@Injectable()
export class GenerationWatch
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #logger = new Logger(GenerationWatch.name);
  readonly #watchers = new Map<number, Set<GenerationWatcher>>();
  readonly #stopping = new AbortController();
  readonly #polls = new RepeatedTask(() => this.#poll(), POLL_MS);
  #unsubscribe: (() => void) | undefined;
  #isBlind = false;

  constructor(
    @Inject(Broadcast) private readonly broadcast: Broadcast,
    @Inject(GenerationEventLog) private readonly log: Pick<GenerationEventLog, 'newestOf'>,
  ) {}

  onModuleInit(): void {
    this.#unsubscribe = this.broadcast.subscribe(GENERATION_CHANNEL, (announcement) => {
      const news = readGenerationNews(announcement);
      if (news) this.#tell(news);
    });
  }

  onApplicationBootstrap(): void {
    this.#polls.start(POLL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#polls.stop();
  }

  onApplicationShutdown(): void {
    this.#unsubscribe?.();
  }

  watch(interest: Interest): GenerationWatcher {
    const watchers = this.#watchers.get(interest.userId) ?? new Set();
    this.#watchers.set(interest.userId, watchers);
    const watcher = new GenerationWatcher(interest, () => {
      // Ended twice, it must not take those with it who have come since.
      if (watchers.delete(watcher) && watchers.size === 0) this.#watchers.delete(interest.userId);
    });
    watchers.add(watcher);
    return watcher;
  }

  /** Lets nobody wait any longer: this process stops, and whoever waits is told how far the generation is. */
  stop(): void {
    this.#stopping.abort();
    for (const watcher of this.#everybody()) watcher.notify();
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #tell({ change, userId, generationId }: GenerationNews): void {
    for (const watcher of this.#watchers.get(userId) ?? []) {
      const { interest } = watcher;
      // Whoever waits for one generation waits for its end, which a claim never is.
      const isOfInterest = interest.generationId === generationId && change === 'changed';
      if (interest.generationId === undefined || isOfInterest) watcher.notify();
    }
  }

  async #poll(): Promise<void> {
    try {
      const newest = await this.log.newestOf([...this.#watchers.keys()]);
      for (const watcher of this.#everybody()) {
        const id = newest.get(watcher.interest.userId);
        if (id === undefined || id <= (watcher.seen ?? 0)) continue;
        watcher.seen = id;
        watcher.notify();
      }
      this.#isBlind = false;
    } catch (error) {
      if (!this.#isBlind) this.#logger.warn({ err: error }, 'The log of generations could not be read; trying again');
      this.#isBlind = true;
    }
  }

  #everybody(): GenerationWatcher[] {
    return [...this.#watchers.values()].flatMap((watchers) => [...watchers]);
  }
}
