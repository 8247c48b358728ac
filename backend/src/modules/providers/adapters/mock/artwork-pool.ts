import { availableParallelism } from 'node:os';
import { ProviderError } from '../../provider-error.js';
import { workStopped } from '../../work-stopped.js';
import { type ArtworkThreads, startArtworkThreads } from './artwork-threads.js';
import type { Artwork } from './paint-artwork.js';

/** When the queue is full it takes about this long until a place is free. */
const RETRY_AFTER_MS = 2_000;

export interface ArtworkPoolLimits {
  /** Pictures that are painted at once. */
  readonly threads: number;
  /** Most pictures that wait for a thread; more are refused. */
  readonly maxQueued: number;
}

const DEFAULT_LIMITS: ArtworkPoolLimits = {
  threads: Math.max(1, Math.min(4, availableParallelism() - 1)),
  maxQueued: 64,
};

interface Job {
  readonly artwork: Artwork;
  readonly stop: Int32Array<SharedArrayBuffer>;
  readonly resolve: (png: Buffer) => void;
  readonly reject: (error: ProviderError) => void;
}

/**
 * Paints pictures on a few threads, so that neither the drawing nor the encoding holds up the event loop.
 *
 * A thread is never ended while it paints: canvas answers that by ending the whole process. A picture that nobody wants
 * any more is let go at once, and its thread finds out at its next step. That is why the queue is kept here: only what
 * a thread takes up immediately is handed to the threads.
 */
export class ArtworkPool {
  private threads: Promise<ArtworkThreads> | undefined;
  private waiting: readonly Job[] = [];
  private readonly running = new Map<Job, Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly limits: ArtworkPoolLimits = DEFAULT_LIMITS,
    private readonly startThreads: typeof startArtworkThreads = startArtworkThreads,
  ) {}

  /**
   * Paints one picture and resolves with its PNG.
   * @param signal takes the picture off the queue, or abandons it
   * @throws ProviderError `rate_limited` when the queue is full, `timeout` when aborted, else `provider_unavailable`
   */
  async render(artwork: Artwork, signal: AbortSignal): Promise<Buffer> {
    if (signal.aborted) throw workStopped(signal);
    if (this.isClosed) throw new ProviderError('provider_unavailable');
    if (this.running.size >= this.limits.threads && this.waiting.length >= this.limits.maxQueued) {
      throw new ProviderError('rate_limited', { retryAfterMs: RETRY_AFTER_MS });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const job: Job = { artwork, stop: new Int32Array(new SharedArrayBuffer(4)), resolve, reject };
    const letGo = (): void => this.abandon(job, workStopped(signal));
    signal.addEventListener('abort', letGo, { once: true });
    this.waiting = [...this.waiting, job];
    this.startWaiting();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', letGo);
    }
  }

  /** Rejects all work, and ends the threads as soon as each has put its brush down. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const job of [...this.waiting, ...this.running.keys()]) {
      this.abandon(job, new ProviderError('provider_unavailable', { message: 'The server is stopping.' }));
    }
    await Promise.all(this.running.values());
    const threads = await this.threads?.catch(() => undefined);
    await threads?.end();
  }

  private abandon(job: Job, error: ProviderError): void {
    this.waiting = this.waiting.filter((other) => other !== job);
    Atomics.store(job.stop, 0, 1);
    job.reject(error);
  }

  private startWaiting(): void {
    while (this.running.size < this.limits.threads) {
      const [job, ...rest] = this.waiting;
      if (job === undefined) return;
      this.waiting = rest;
      const done = this.paint(job).then(() => {
        this.running.delete(job);
        this.startWaiting();
      });
      this.running.set(job, done);
    }
  }

  /** Never rejects: what happens to the job is told to those who wait for it. */
  private async paint({ artwork, stop, resolve, reject }: Job): Promise<void> {
    try {
      this.threads ??= this.startThreads(this.limits.threads);
      const png = await (await this.threads).paint({ artwork, stop });
      // Null comes back for a job that was abandoned, which has rejected by then.
      if (png !== null) resolve(Buffer.from(png.buffer, png.byteOffset, png.byteLength));
    } catch (cause) {
      reject(new ProviderError('provider_unavailable', { cause }));
    }
  }
}
