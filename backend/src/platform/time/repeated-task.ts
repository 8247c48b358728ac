/** By how much a pause may be shorter or longer, so that several processes do not march in step. */
const JITTER = 0.2;

/** Runs a task again and again, never twice at once. */
export class RepeatedTask {
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /**
   * @param task never rejects; the signal tells it that the process stops
   * @param everyMs pause between two runs, on average; asked anew each time where it is a function
   */
  constructor(
    private readonly task: (signal: AbortSignal) => Promise<void>,
    private readonly everyMs: number | (() => number),
  ) {}

  start(firstAfterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#running = this.task(this.#stopping.signal).then(() => this.start(this.#pauseMs()));
    }, firstAfterMs);
  }

  /** Starts no further run and waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #pauseMs(): number {
    const everyMs = typeof this.everyMs === 'function' ? this.everyMs() : this.everyMs;
    return everyMs * (1 - JITTER + 2 * JITTER * Math.random());
  }
}
