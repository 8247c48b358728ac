import { Inject, Injectable } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { RedisConnections } from '../redis/index.js';

export interface Limit {
  /** Tells the limiters apart in the store. */
  readonly name: string;
  readonly points: number;
  readonly durationS: number;
}

/**
 * Makes limiters that count in Redis, where one is configured, so that all processes count together, and else in
 * memory. Without Redis for a while each process counts for itself: sign-ins go on, and are still throttled.
 */
@Injectable()
export class Limiters {
  constructor(@Inject(RedisConnections) private readonly redis: Pick<RedisConnections, 'commands'>) {}

  make({ name, points, durationS }: Limit): RateLimiterAbstract {
    const options = { keyPrefix: `atelier:throttle:${name}`, points, duration: durationS };
    const inMemory = new RateLimiterMemory(options);
    if (!this.redis.commands) return inMemory;
    return new RateLimiterRedis({
      ...options,
      storeClient: this.redis.commands,
      rejectIfRedisNotReady: true,
      insuranceLimiter: inMemory,
    });
  }
}
