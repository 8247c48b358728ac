import { Logger } from '@nestjs/common';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator, setGlobalErrorHandler } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingOptions } from './tracing-options.js';

const SERVICE_NAME = 'atelier';

/** Longest that a process which stops waits for the collector. */
const FLUSH_TIMEOUT_MS = 2_000;

/** How often at most a collector that can't be reached is worth a line. */
const COMPLAINT_EVERY_MS = 10 * 60 * 1_000;

/** Traces on their way to a collector. */
export interface Exporting {
  /** Sends what is left, as far as the collector takes it in two seconds. */
  stop(): Promise<void>;
}

/** Registers the tracer of this process. Addresses, headers and certificates are read by the exporter, from the standard variables. */
export async function startExporting(options: TracingOptions): Promise<Exporting> {
  complainRarely();
  const detected = detectResources({ detectors: [resourceAttributesEnvDetector, serviceInstanceIdDetector] });
  const named = resourceFromAttributes({ 'service.name': options.serviceName ?? SERVICE_NAME });
  const provider = new TracerProvider({
    resource: defaultResource().merge(named).merge(detected),
    sampler: samplerOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter: await exporterOf(options), scheduledDelayMillis: 1_000 })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    stop: async () => {
      await Promise.race([
        provider.shutdown(),
        new Promise((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref()),
      ]);
    },
  };
}

async function exporterOf({ protocol }: TracingOptions): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function samplerOf({ sampler, samplerArgument }: TracingOptions): Sampler {
  const root = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(samplerArgument),
  };
  const { base, isParentBased } = sampler;
  return isParentBased ? new ParentBasedSampler({ root: root[base]() }) : root[base]();
}

/** A collector that is away is no trouble of ours: it is told now and then, and nothing waits for it. */
function complainRarely(): void {
  const logger = new Logger('Tracing');
  let saidAt = Number.NEGATIVE_INFINITY;
  setGlobalErrorHandler(() => {
    if (performance.now() - saidAt < COMPLAINT_EVERY_MS) return;
    saidAt = performance.now();
    // What the exporter says may quote headers of the request, which hold the collector's key.
    logger.warn("Traces can't be exported; work goes on without them");
  });
}
