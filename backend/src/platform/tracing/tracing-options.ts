import type { Variables } from '../config/variables.js';

/** How traces are exported, in the words of the OpenTelemetry specification. */
export interface TracingOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly sampler: {
    readonly base: 'always_on' | 'always_off' | 'traceidratio';
    /** Whether a caller's decision counts more than ours. */
    readonly isParentBased: boolean;
  };
  /** Share of the traces that are kept, 0 to 1. */
  readonly samplerArgument: number;
  readonly serviceName: string | undefined;
}

const SAMPLERS: Record<NonNullable<Variables['OTEL_TRACES_SAMPLER']>, TracingOptions['sampler']> = {
  always_on: { base: 'always_on', isParentBased: false },
  always_off: { base: 'always_off', isParentBased: false },
  traceidratio: { base: 'traceidratio', isParentBased: false },
  parentbased_always_on: { base: 'always_on', isParentBased: true },
  parentbased_always_off: { base: 'always_off', isParentBased: true },
  parentbased_traceidratio: { base: 'traceidratio', isParentBased: true },
};

/** @returns undefined when nobody asked for traces: neither a collector's address nor the exporter is set */
export function tracingOptions(variables: Variables): TracingOptions | undefined {
  const isWanted =
    variables.OTEL_TRACES_EXPORTER === 'otlp' ||
    variables.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
    variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined;
  if (!isWanted || variables.OTEL_SDK_DISABLED || variables.OTEL_TRACES_EXPORTER === 'none') return undefined;
  return {
    protocol: variables.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? variables.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
    sampler: SAMPLERS[variables.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on'],
    samplerArgument: variables.OTEL_TRACES_SAMPLER_ARG ?? 1,
    serviceName: variables.OTEL_SERVICE_NAME,
  };
}
