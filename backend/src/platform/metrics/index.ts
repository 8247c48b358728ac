export { HttpMetrics, type RouteMeter } from './http-metrics.js';
export { type Counter, type Histogram } from './instruments.js';
export { MetricsModule } from './metrics.module.js';
export { Metrics } from './metrics.js';
export { type Sample } from './text-format.js';
