import { DomainError } from '../errors/index.js';
import type { Breather } from './breather.js';

/** What somebody wants to do: transactions may be let through together, a single statement goes alone. */
export type Purpose = 'transaction' | 'statement';

interface Waiting {
  readonly purpose: Purpose;
  /** From here on the turn can't be missed any more. */
  readonly choose: () => void;
  readonly proceed: () => void;
}

/** Lets one holder through at a time, in the order of arrival. */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #isHeld = false;

  constructor(
    private readonly acquireTimeoutMs: number,
    private readonly breather: Breather,
  ) {}

  /**
   * Waits for the turn.
   * @returns gives the turn back; calling it again does nothing
   * @throws DomainError `server.unavailable` when the turn does not come in time
   */
  async acquire(purpose: Purpose): Promise<() => void> {
    if (this.#isHeld) await this.#turn(purpose);
    this.#isHeld = true;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#leave();
    };
  }

  /**
   * Hands the caller's turn to the transaction that has waited longest, past the statements before it.
   * @returns false when no transaction waits: the caller still has the turn
   */
  passToTransaction(): boolean {
    const index = this.#waiting.findIndex(({ purpose }) => purpose === 'transaction');
    const [next] = index < 0 ? [] : this.#waiting.splice(index, 1);
    next?.choose();
    next?.proceed();
    return next !== undefined;
  }

  #leave(): void {
    // The gate stays held while it is handed over, so that nobody can slip in between.
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#isHeld = false;
      return;
    }
    next.choose();
    const pause = this.breather.due();
    if (pause) void pause.then(next.proceed);
    else next.proceed();
  }

  #turn(purpose: Purpose): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { purpose, choose: () => clearTimeout(timer), proceed: resolve };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(
          new DomainError('server.unavailable', 'unavailable', 'The database is busy. Try again in a moment.', {
            retryable: true,
            retryAfterMs: 5_000,
          }),
        );
      }, this.acquireTimeoutMs);
      this.#waiting.push(waiting);
    });
  }
}
