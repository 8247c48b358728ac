import type { Clock } from '../time/index.js';
import type { RedisConnections } from '../redis/index.js';
import type { Claim, Counted, Counts } from './counts.js';
import { MemoryCounts } from './memory-counts.js';
import { RedisCounts } from './redis-counts.js';

/** After Redis has failed it is not asked for so long: no request waits for one that hangs. */
const REST_MS = 5_000;

/**
 * Counts in Redis, where one is configured, so that all processes count together, and else in memory. While Redis is away
 * each process counts for itself: everybody is still served, and still limited.
 */
export class SharedCounts implements Counts {
  readonly #alone: MemoryCounts;
  readonly #together: RedisCounts | undefined;
  #restsUntil = 0;

  constructor(
    private readonly redis: Pick<RedisConnections, 'commands' | 'isUp'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.#alone = new MemoryCounts(clock);
    this.#together = redis.commands && new RedisCounts(redis.commands);
  }

  /** As {@link take}, at once; undefined, and nothing is counted, where a claim is exceeded or others count as well. */
  takeIfAllowed(claims: readonly Claim[]): Counted | undefined {
    return this.#together ? undefined : this.#alone.takeIfAllowed(claims);
  }

  async take(claims: readonly Claim[]): Promise<Counted> {
    if (!this.#together || !this.redis.isUp || this.clock.now() < this.#restsUntil) return this.#alone.take(claims);
    try {
      return await this.#together.take(claims);
    } catch {
      // The connection itself tells the log that Redis is away.
      this.#restsUntil = this.clock.now() + REST_MS;
      return this.#alone.take(claims);
    }
  }
}
