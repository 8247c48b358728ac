import type { AcceptanceListener, ImageProvider, ProviderDescription, ProviderImage } from '../../providers/index.js';
import { deliver } from './scripted-provider.js';

/** A vendor that keeps its work in a queue, and goes on with it whoever waits. The providers of several processes share it. */
export class VendorQueue {
  submissions = 0;
  /** How many wait for a job just now. */
  waiting = 0;
  readonly calledOff: string[] = [];
  readonly #jobs = new Map<string, PromiseWithResolvers<Buffer>>();

  submit(): string {
    this.submissions += 1;
    const handle = `job-${this.submissions}`;
    this.#jobs.set(handle, Promise.withResolvers());
    return handle;
  }

  has(handle: string): boolean {
    return this.#jobs.has(handle);
  }

  /** Does everything that is in the queue. */
  async finish(): Promise<void> {
    const picture = await deliver(new AbortController().signal);
    for (const { resolve } of this.#jobs.values()) resolve(picture);
  }

  forget(): void {
    this.#jobs.clear();
  }

  callOff(handle: string): void {
    this.calledOff.push(handle);
    this.#jobs.delete(handle);
  }

  /** @throws whatever the signal has been aborted for */
  async wait(handle: string, signal: AbortSignal): Promise<Buffer> {
    const job = this.#jobs.get(handle);
    if (!job) throw new Error(`There is no ${handle}`);
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => stopped.reject(new Error('stopped')));
    this.waiting += 1;
    try {
      return await Promise.race([job.promise, stopped.promise]);
    } finally {
      this.waiting -= 1;
    }
  }
}

/** Has its images made in a vendor's queue. */
export class QueueingProvider implements ImageProvider {
  readonly key = 'mock';
  readonly label = 'Queueing';
  /** Comes between the vendor's acceptance and ours of it. */
  beforeAcceptance: () => Promise<unknown> = async () => undefined;

  constructor(private readonly queue: VendorQueue) {}

  describe(): ProviderDescription {
    const sizes = new Map([['1:1', { width: 64, height: 64 }] as const]);
    return { status: 'ready', capabilities: { sizes: { premium4: sizes }, maxCount: 8, supportsSeed: false } };
  }

  async generate(
    _request: unknown,
    _setup: unknown,
    signal: AbortSignal,
    accepted?: AcceptanceListener,
  ): Promise<ProviderImage> {
    const handle = this.queue.submit();
    await this.beforeAcceptance();
    await accepted?.(handle);
    return this.#image(handle, signal);
  }

  async resume(
    handle: string,
    _request: unknown,
    _setup: unknown,
    signal: AbortSignal,
  ): Promise<ProviderImage | undefined> {
    return this.queue.has(handle) ? this.#image(handle, signal) : undefined;
  }

  async callOff(handle: string): Promise<void> {
    this.queue.callOff(handle);
  }

  async #image(handle: string, signal: AbortSignal): Promise<ProviderImage> {
    const bytes = await this.queue.wait(handle, signal);
    return { bytes, jobId: handle, model: 'queueing', seed: null, revisedPrompt: null, costMicros: 5_000 };
  }
}
