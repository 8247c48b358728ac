import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BREAKER_LIMITS, DEFAULT_BREAKER_LIMITS } from './breaker-limits.js';
import { ProviderAttempt } from './provider-attempt.entity.js';
import { ProviderAttempts } from './provider-attempts.js';
import { ProviderBreakerRow } from './provider-breaker.entity.js';
import { ProviderBreaker } from './provider-breaker.js';
import { ProviderHealth } from './provider-health.js';

/** What is remembered of calls to providers, and what follows from it for the next ones. */
@Module({
  imports: [TypeOrmModule.forFeature([ProviderAttempt, ProviderBreakerRow])],
  providers: [
    ProviderAttempts,
    ProviderBreaker,
    ProviderHealth,
    { provide: BREAKER_LIMITS, useValue: DEFAULT_BREAKER_LIMITS },
  ],
  exports: [ProviderAttempts, ProviderBreaker, ProviderHealth],
})
export class ProviderCallsModule {}
