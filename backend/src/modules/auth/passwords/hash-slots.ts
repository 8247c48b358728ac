import { throttled } from '../auth.errors.js';

const RETRY_AFTER_MS = 5_000;

/**
 * Lets a few pieces of costly work run at a time and the rest wait in line.
 * Each hash takes 64 MiB: without a bound, a burst of sign-ins would take all the memory there is.
 */
export class HashSlots {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly size: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws DomainError `auth.throttled` when the line is full */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.size) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // A slot that is handed over stays taken, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= this.maxWaiting) throw throttled(RETRY_AFTER_MS);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
