import type { Clock } from './clock.js';

/**
 * Asks an expensive or slow source at most so often, and never twice at a time: a source that hangs is left alone
 * until it answers, however many ask. A failure is remembered like an answer.
 */
export class Remembered<Value> {
  #current: Promise<Value> | undefined;
  #isPending = false;
  #settledAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
    private readonly read: () => Promise<Value>,
  ) {}

  get(): Promise<Value> {
    if (this.#current && (this.#isPending || this.#isFresh())) return this.#current;
    this.#isPending = true;
    this.#current = this.read().finally(() => {
      this.#isPending = false;
      this.#settledAt = this.clock.now();
    });
    return this.#current;
  }

  /** A clock that was set back must not keep an answer alive. */
  #isFresh(): boolean {
    const ageMs = this.clock.now() - this.#settledAt;
    return ageMs >= 0 && ageMs < this.ttlMs;
  }
}
