import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProviderAttempt } from './provider-attempt.entity.js';
import { ProviderAttempts } from './provider-attempts.js';

/** What is remembered of calls to providers. */
@Module({
  imports: [TypeOrmModule.forFeature([ProviderAttempt])],
  providers: [ProviderAttempts],
  exports: [ProviderAttempts],
})
export class ProviderCallsModule {}
