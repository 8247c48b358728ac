import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Broadcast } from '../../platform/broadcast/index.js';
import { GENERATION_CHANNEL, readGenerationNews } from './generation-news.js';

/** An announcement may be lost; so the database is asked again this often. */
const POLL_MS = 500;

/** Lets requests of this process wait until something about a generation has changed, here or in another process. */
@Injectable()
export class GenerationSignals implements OnModuleInit, OnApplicationShutdown {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #stopping = new AbortController();
  #unsubscribe: (() => void) | undefined;

  constructor(@Inject(Broadcast) private readonly broadcast: Broadcast) {}

  onModuleInit(): void {
    this.#unsubscribe = this.broadcast.subscribe(GENERATION_CHANNEL, (announcement) => {
      const news = readGenerationNews(announcement);
      // Whoever waits here waits for the end, which a claim never is.
      if (news?.change === 'changed') this.#emitter.emit(news.generationId);
    });
  }

  onApplicationShutdown(): void {
    this.#unsubscribe?.();
  }

  /** Lets nobody wait any longer: this process stops, and whoever waits is told how far the generation is. */
  stop(): void {
    this.#stopping.abort();
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Resolves when the generation may have changed: on its signal, or after half a second. */
  async next(generationId: string, signal: AbortSignal): Promise<void> {
    const either = new AbortController();
    const stop = AbortSignal.any([signal, this.#stopping.signal, either.signal]);
    try {
      await Promise.race([
        once(this.#emitter, generationId, { signal: stop }),
        sleep(POLL_MS, undefined, { signal: stop }),
      ]);
    } catch (error) {
      if (!signal.aborted && !this.isStopping) throw error;
    } finally {
      either.abort();
    }
  }
}
