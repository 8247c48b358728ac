import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { LIMIT_NAMES } from '../config/index.js';
import { Metrics } from '../metrics/index.js';
import { RequestLimits } from './request-limits.js';

/** What everybody may ask of this installation, and how often it was too much. */
@Global()
@Module({ providers: [RequestLimits], exports: [RequestLimits] })
export class ThrottlingModule implements OnModuleInit {
  constructor(
    @Inject(RequestLimits) private readonly limits: RequestLimits,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.counterFrom(
      'atelier_requests_limited_total',
      'Requests that were refused because there were too many, by whose limit it was.',
      () => LIMIT_NAMES.map((limit) => ({ labels: { limit }, value: this.limits.refused.get(limit) ?? 0 })),
    );
  }
}
