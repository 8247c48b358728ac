import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest that statements may follow upon each other before everything else in the process has its turn. */
const UNBROKEN_MS = 10;

/**
 * Statements of SQLite never leave the thread, and neither does whoever waits for them: without a pause now and then a
 * busy queue, or a loop over reads, would stop the event loop until it is done.
 */
export class Breather {
  #sinceMs = 0;
  #pause: Promise<void> | undefined;

  /** A pause to wait for, or undefined while it is not time for one. Everybody who asks during a pause shares it. */
  due(): Promise<void> | undefined {
    if (!this.#pause && performance.now() - this.#sinceMs >= UNBROKEN_MS) this.#pause = this.#take();
    return this.#pause;
  }

  async #take(): Promise<void> {
    await nextTurn();
    this.#sinceMs = performance.now();
    this.#pause = undefined;
  }
}
