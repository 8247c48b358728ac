/** Raised at once when as much work is waiting as may wait. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';

  constructor() {
    super('Too much work is waiting');
  }
}

/** When work that nobody waits for has its time. */
export interface Pauses {
  /** How long there must have been no other work before it begins. */
  readonly afterMs: number;
  /** So many pieces wait for a pause; while there are more, they go along with the other work, one at a time. */
  readonly patience: number;
  /** So many pieces at once in a pause: more than of other work where a piece has to wait for files now and then. */
  readonly atOnce: number;
}

/**
 * Runs at most so many pieces of work at once, first come, first served. Besides, there is work that nobody waits for:
 * it begins while there is no other.
 */
export class WorkQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  #running = 0;
  #patientRunning = 0;
  /** Since when there has been no work that somebody waits for. */
  #quietSinceMs = 0;
  #nextPause: NodeJS.Timeout | undefined;

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting = Number.POSITIVE_INFINITY,
    private readonly pauses: Pauses = { afterMs: 0, patience: Number.POSITIVE_INFINITY, atOnce: concurrency },
  ) {}

  /** How much work has not begun. */
  get waiting(): number {
    return this.#waiting.length + this.#patient.length;
  }

  /** @throws QueueFullError without having started the work */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.concurrency) {
      if (this.#waiting.length >= this.maxWaiting) throw new QueueFullError();
      // Whoever finishes hands its place over, so that nobody can slip in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#leave();
      this.#usePause();
    }
  }

  /** Runs the work when nothing that somebody waits for is at hand. @throws QueueFullError without having started it */
  async runInPause<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#patient.length >= this.maxWaiting) throw new QueueFullError();
    await new Promise<void>((resolve) => {
      this.#patient.push(resolve);
      this.#usePause();
    });
    try {
      return await work();
    } finally {
      this.#patientRunning -= 1;
      this.#usePause();
    }
  }

  #leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#quietSinceMs = performance.now();
  }

  #usePause(): void {
    while (this.#patient.length > 0 && this.#patientRunning < this.#patientPlaces()) {
      this.#patientRunning += 1;
      this.#patient.shift()?.();
    }
  }

  #patientPlaces(): number {
    const pauseInMs = this.#quietSinceMs + this.pauses.afterMs - performance.now();
    if (this.#running === 0 && pauseInMs <= 0) return this.pauses.atOnce;
    if (this.#running === 0) this.#lookAgainIn(pauseInMs);
    return this.#patient.length > this.pauses.patience ? 1 : 0;
  }

  #lookAgainIn(ms: number): void {
    this.#nextPause ??= setTimeout(() => {
      this.#nextPause = undefined;
      this.#usePause();
    }, ms).unref();
  }
}
