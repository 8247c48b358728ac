import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Generations may have finished in another process, which can't signal here; so the database is asked again this often. */
const POLL_MS = 500;

/** Tells whoever waits in this process that something about a generation has changed. */
@Injectable()
export class GenerationSignals {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #stopping = new AbortController();

  changed(generationId: string): void {
    this.#emitter.emit(generationId);
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
