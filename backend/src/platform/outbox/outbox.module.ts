import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OutboxMessage } from './outbox-message.entity.js';
import { OutboxSubscription } from './outbox-subscription.entity.js';
import { Outbox } from './outbox.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([OutboxMessage, OutboxSubscription])],
  providers: [Outbox],
  exports: [Outbox],
})
export class OutboxModule {}
