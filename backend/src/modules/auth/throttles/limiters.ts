import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { Configuration } from '../../../platform/config/index.js';

export interface Limit {
  /** Tells the limiters apart in the store. */
  readonly name: string;
  readonly points: number;
  readonly durationS: number;
}

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const DISCONNECT_TIMEOUT_MS = 200;
const MAX_RECONNECT_DELAY_MS = 5_000;

/**
 * Makes limiters that count in Redis, where one is configured, so that all processes count together, and else in
 * memory. Without Redis for a while each process counts for itself: sign-ins go on, and are still throttled.
 */
@Injectable()
export class Limiters implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(Limiters.name);
  readonly #redis: Redis | undefined;
  #isRedisDown = false;

  constructor(@Inject(Configuration) { redisUrl }: Configuration) {
    this.#redis = redisUrl === undefined ? undefined : this.#connect(redisUrl);
  }

  /** Waits until it is known whether Redis is there, so that the first attempts are not counted in memory for nothing. */
  async onModuleInit(): Promise<void> {
    const redis = this.#redis;
    if (!redis || redis.status === 'ready' || this.#isRedisDown) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CONNECT_TIMEOUT_MS);
      const settle = (): void => {
        clearTimeout(timer);
        resolve();
      };
      redis.once('ready', settle);
      redis.once('error', settle);
    });
  }

  make({ name, points, durationS }: Limit): RateLimiterAbstract {
    const options = { keyPrefix: `atelier:throttle:${name}`, points, duration: durationS };
    const inMemory = new RateLimiterMemory(options);
    if (!this.#redis) return inMemory;
    return new RateLimiterRedis({
      ...options,
      storeClient: this.#redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: inMemory,
    });
  }

  onApplicationShutdown(): void {
    this.#redis?.disconnect();
  }

  #connect(url: string): Redis {
    const redis = new Redis(url, {
      // A command that can't be sent now must fail now, so that the limiter in memory takes over.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(attempt * 200, MAX_RECONNECT_DELAY_MS),
    });
    redis.on('ready', () => {
      if (this.#isRedisDown) this.#logger.log('Redis is back; sign-in attempts are counted across processes again');
      this.#isRedisDown = false;
    });
    redis.on('error', (error: NodeJS.ErrnoException) => {
      // It is raised with every attempt to reconnect; one line an outage tells as much. The URL may hold a password.
      if (this.#isRedisDown) return;
      this.#isRedisDown = true;
      this.#logger.warn(`Redis can't be reached (${error.code ?? error.name}); sign-in attempts are counted in memory`);
    });
    return redis;
  }
}
