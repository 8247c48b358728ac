import type { FactoryProvider } from '@nestjs/common';
import { Metrics } from '../../../../platform/metrics/index.js';
import { RedisConnections } from '../../../../platform/redis/index.js';
import { EmbeddedWakeUps } from './embedded-wake-ups.js';
import { WakeUps } from './wake-ups.js';

export { type WaitingItem, WakeUps } from './wake-ups.js';

/** Embedded, or through Redis where it is configured. */
export const wakeUps: FactoryProvider<WakeUps> = {
  provide: WakeUps,
  inject: [RedisConnections, Metrics],
  useFactory: async (redis: RedisConnections, metrics: Metrics) => {
    if (!redis.commands) return new EmbeddedWakeUps();
    // Loaded where it is needed: BullMQ takes memory that most installations have no use for.
    const { RedisWakeUps } = await import('./redis-wake-ups.js');
    return new RedisWakeUps(redis, redis.commands, metrics);
  },
};
