import { Global, Module } from '@nestjs/common';
import { HttpMetrics } from './http-metrics.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { ProcessMetrics } from './process-metrics.js';

/** Numbers for operators; modules add theirs through {@link Metrics}. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, HttpMetrics, ProcessMetrics],
  exports: [Metrics, HttpMetrics],
})
export class MetricsModule {}
