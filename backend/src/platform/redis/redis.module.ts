import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { Metrics } from '../metrics/index.js';
import { RedisConnections } from './redis-connections.js';

/** The Redis that the processes of an installation share, where one is configured. */
@Global()
@Module({
  providers: [
    {
      provide: RedisConnections,
      inject: [Configuration],
      useFactory: ({ redisUrl }: Configuration) => RedisConnections.open(redisUrl),
    },
  ],
  exports: [RedisConnections],
})
export class RedisModule implements OnModuleInit {
  constructor(
    @Inject(RedisConnections) private readonly redis: RedisConnections,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    if (!this.redis.commands) return;
    this.metrics.gauge('atelier_redis_up', 'Whether Redis can be reached: 1 or 0.', () => (this.redis.isUp ? 1 : 0));
  }
}
