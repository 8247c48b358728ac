import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Generations may have finished in another process, which can't signal here; so the database is asked again this often. */
const POLL_MS = 500;

/** Tells whoever waits in this process that something about a generation has changed. */
@Injectable()
export class GenerationSignals {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  changed(generationId: string): void {
    this.#emitter.emit(generationId);
  }

  /** Resolves when the generation may have changed: on its signal, or after half a second. */
  async next(generationId: string, signal: AbortSignal): Promise<void> {
    const either = new AbortController();
    const stop = AbortSignal.any([signal, either.signal]);
    try {
      await Promise.race([
        once(this.#emitter, generationId, { signal: stop }),
        sleep(POLL_MS, undefined, { signal: stop }),
      ]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      either.abort();
    }
  }
}
