import { DomainError } from '../errors/index.js';

/** Lets one holder through at a time, in the order of arrival. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;

  constructor(private readonly acquireTimeoutMs: number) {}

  /**
   * Waits for the turn.
   * @returns gives the turn back; calling it again does nothing
   * @throws DomainError `server.unavailable` when the turn does not come in time
   */
  async acquire(): Promise<() => void> {
    if (this.#isHeld) await this.#turn();
    this.#isHeld = true;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = this.#waiting.shift();
      // The gate stays held while it is handed over, so that nobody can slip in between.
      if (next) next();
      else this.#isHeld = false;
    };
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(proceed), 1);
        reject(
          new DomainError('server.unavailable', 'unavailable', 'The database is busy. Try again in a moment.', {
            retryable: true,
            retryAfterMs: 5_000,
          }),
        );
      }, this.acquireTimeoutMs);
      this.#waiting.push(proceed);
    });
  }
}
