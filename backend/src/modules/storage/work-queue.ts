/** Raised at once when as much work is waiting as may wait. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';

  constructor() {
    super('Too much work is waiting');
  }
}

/**
 * Runs at most so many pieces of work at once, first come, first served. Besides, there is work that nobody waits for:
 * it begins while there is no other, so many pieces at once as well.
 */
export class WorkQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  #running = 0;
  #patientRunning = 0;

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting = Number.POSITIVE_INFINITY,
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
      else this.#running -= 1;
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

  #usePause(): void {
    while (this.#running === 0 && this.#patientRunning < this.concurrency) {
      const next = this.#patient.shift();
      if (!next) return;
      this.#patientRunning += 1;
      next();
    }
  }
}
