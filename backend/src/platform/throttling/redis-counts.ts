import { createHash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Claim, type Counted, type Counts, type Standing, WINDOW_MS } from './counts.js';

/**
 * A request whose process has died is given up after this. One that takes longer is not counted any more either: what
 * takes that long waits for images, and of those each user may have so many unfinished.
 */
const LEASE_MS = 120_000;

/**
 * KEYS: of each claim its window and its places. ARGV: window, lease and name of the request, then of each claim what it
 * allows. By the time of Redis, which is the same for all processes.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local standings = {}
local allowed = true
for i = 1, #KEYS, 2 do
  local requests = redis.call('INCR', KEYS[i])
  local rest = redis.call('PTTL', KEYS[i])
  if rest < 0 then
    redis.call('PEXPIRE', KEYS[i], ARGV[1])
    rest = tonumber(ARGV[1])
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now)
  local others = redis.call('ZCARD', KEYS[i + 1])
  if requests > tonumber(ARGV[3 + i]) or others >= tonumber(ARGV[4 + i]) then allowed = false end
  standings[#standings + 1] = requests
  standings[#standings + 1] = rest
  standings[#standings + 1] = others
end
if allowed then
  for i = 2, #KEYS, 2 do
    redis.call('ZADD', KEYS[i], now + tonumber(ARGV[2]), ARGV[3])
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end
return standings`;
const TAKE_SHA = createHash('sha1').update(TAKE).digest('hex');

/** Counts the requests of all processes that share a Redis together, in one round trip for all claims. */
export class RedisCounts implements Counts {
  constructor(private readonly redis: Redis) {}

  async take(claims: readonly Claim[]): Promise<Counted> {
    const keys = claims.flatMap((claim) => {
      const key = `atelier:limit:${claim.key}`;
      return [key, `${key}:places`];
    });
    const request = randomUUID();
    const allowed = claims.flatMap(({ allowance }) => [finite(allowance.requests), finite(allowance.atOnce)]);
    const figures = await this.#run(keys, [WINDOW_MS, LEASE_MS, request, ...allowed]);
    const standings = claims.map((_, index): Standing => {
      const [requests, resetMs, others] = figures.slice(index * 3, index * 3 + 3);
      if (requests === undefined || resetMs === undefined || others === undefined)
        throw new TypeError('Redis answered with fewer figures than it was asked for');
      return { requests, resetMs, others };
    });
    return { standings, release: () => this.#leave(keys, request) };
  }

  async #run(keys: readonly string[], values: readonly (string | number)[]): Promise<number[]> {
    try {
      return numbers(await this.redis.evalsha(TAKE_SHA, keys.length, ...keys, ...values));
    } catch (error) {
      // Redis forgets scripts when it restarts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return numbers(await this.redis.eval(TAKE, keys.length, ...keys, ...values));
    }
  }

  #leave(keys: readonly string[], request: string): void {
    const pipeline = this.redis.pipeline();
    for (const places of keys.filter((_, index) => index % 2 === 1)) pipeline.zrem(places, request);
    // What can't be given back now is given up when its lease has run out.
    pipeline.exec().catch(() => undefined);
  }
}

const finite = (allowed: number): number => Math.min(allowed, Number.MAX_SAFE_INTEGER);

function numbers(answer: unknown): number[] {
  if (Array.isArray(answer) && answer.every((value) => typeof value === 'number')) return answer;
  throw new TypeError('Redis answered with something else than numbers');
}
