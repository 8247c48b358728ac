import { Logger } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Counter, Metrics } from '../../../../platform/metrics/index.js';
import type { RedisConnections } from '../../../../platform/redis/index.js';
import { within } from '../../../../platform/time/index.js';
import { type Wake, type WaitingItem, WakeUps } from './wake-ups.js';

const QUEUE = 'wake-ups';

/** Nothing is asked of Redis that is worth an error of its own at the start: the connections tell of outages. */
const KEYS = { prefix: 'atelier', skipVersionCheck: true } as const;

/** How often to look when Redis wakes us, and when it can't. */
const LOOK_EVERY_MS = { whileUp: 5_000, whileDown: 1_000 } as const;

const ANNOUNCE_TIMEOUT_MS = 2_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** How soon to go on after an outage of Redis. */
const RETRY_MS = 1_000;

class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';
}

/**
 * For several processes: BullMQ hands out a token for every item that waits, each to one process. The process looks in
 * the database for whoever's turn it is and keeps the token until it has room for another, so that those with room get
 * the next one. Tokens are worth nothing: losing all of Redis delays items until the next look.
 */
export class RedisWakeUps extends WakeUps {
  readonly #logger = new Logger(WakeUps.name);
  readonly #tokens: Queue;
  readonly #announcing = new Set<Promise<void>>();
  readonly #announced: Counter<never>;
  readonly #failed: Counter<never>;
  #worker: Worker | undefined;
  #wake: Wake | undefined;

  constructor(
    private readonly redis: RedisConnections,
    commands: Redis,
    metrics: Metrics,
  ) {
    super();
    this.#announced = metrics.counter('atelier_wake_ups_announced_total', 'Waiting items that Redis was told of.', []);
    this.#failed = metrics.counter(
      'atelier_wake_ups_failed_total',
      'Waiting items that Redis could not be told of, and that are found by looking.',
      [],
    );
    for (const counter of [this.#announced, this.#failed]) counter.add({}, 0);
    this.#tokens = new Queue(QUEUE, {
      ...KEYS,
      connection: commands,
      skipMetasUpdate: true,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    this.#tokens.on('error', (error) => this.#logger.debug({ err: error }, 'Tokens could not be handed out'));
  }

  override get lookEveryMs(): number {
    return this.redis.isUp ? LOOK_EVERY_MS.whileUp : LOOK_EVERY_MS.whileDown;
  }

  override announce(items: readonly WaitingItem[]): void {
    if (items.length === 0) return;
    const announcing = this.#announce(items).finally(() => this.#announcing.delete(announcing));
    this.#announcing.add(announcing);
  }

  override listen(wake: Wake): void {
    this.#wake = wake;
    // BullMQ waits for tokens on a connection beside the one that it is given; that too is to be one of ours.
    const connection = Object.assign(this.redis.listen('wake-ups'), {
      duplicate: () => this.redis.listen('wake-ups-waiting'),
    });
    this.#worker = new Worker(QUEUE, () => wake(1), {
      ...KEYS,
      connection,
      concurrency: 1,
      maxStalledCount: 1,
      runRetryDelay: RETRY_MS,
    });
    this.#worker.on('error', (error) => this.#logger.debug({ err: error }, 'A token could not be dealt with'));
  }

  override async stopListening(): Promise<void> {
    this.#wake = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    if (!worker) return;
    // It would wait for a Redis that is away to say goodbye.
    await within(CLOSE_TIMEOUT_MS, worker.close(!this.redis.isUp)).catch((error: unknown) =>
      this.#logger.debug({ err: error }, 'The wait for tokens did not end in time'),
    );
  }

  override async settle(): Promise<void> {
    await Promise.all(this.#announcing);
  }

  /** Never rejects. */
  async #announce(items: readonly WaitingItem[]): Promise<void> {
    try {
      if (!this.redis.isUp) throw new RedisAwayError('Redis is away');
      const tokens = items.map(({ id, fence, dueInMs = 0 }) => ({
        name: 'wait',
        data: null,
        opts: { jobId: `${id}-${fence}`, ...(dueInMs > 0 ? { delay: Math.ceil(dueInMs) } : {}) },
      }));
      await within(ANNOUNCE_TIMEOUT_MS, this.#tokens.addBulk(tokens));
      this.#announced.add({}, items.length);
    } catch (error) {
      this.#failed.add({}, items.length);
      this.#logger.debug({ err: error, items: items.length }, 'Redis could not be told that items wait');
      void this.#wake?.(items.length);
    }
  }
}
