import { Global, Module } from '@nestjs/common';
import { RedisConnections } from '../redis/index.js';
import { Broadcast } from './broadcast.js';
import { InProcessBroadcast } from './in-process.broadcast.js';
import { RedisBroadcast } from './redis.broadcast.js';

/** How the processes of an installation tell each other that something has happened. */
@Global()
@Module({
  providers: [
    {
      provide: Broadcast,
      inject: [RedisConnections],
      useFactory: (redis: RedisConnections) => (redis.commands ? new RedisBroadcast(redis) : new InProcessBroadcast()),
    },
  ],
  exports: [Broadcast],
})
export class BroadcastModule {}
