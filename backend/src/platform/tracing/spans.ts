import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';

const TRACER = 'atelier';

export interface SpanOptions {
  /** Ids and keys from small known sets; never a prompt, a name or a secret. */
  readonly attributes?: Attributes;
  /** What the work belongs to; what is going on here and now unless told otherwise. */
  readonly parent?: Context;
}

/** Carries work out in a span of its own, which ends with the work and tells whether it failed. Costs next to nothing where nobody traces. */
export function inSpan<Result>(
  name: string,
  { attributes, parent }: SpanOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const tracer = trace.getTracer(TRACER);
  return tracer.startActiveSpan(name, { attributes }, parent ?? context.active(), async (span) => {
    try {
      return await work();
    } catch (error) {
      // The name alone: a message may quote what a provider or a database said.
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'Error' });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The trace that is going on here, as the `traceparent` header writes it; null where nobody traces. */
export function currentTraceParent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? null;
}

/** Where work goes on that was begun elsewhere, perhaps by another process. */
export function contextOf(traceParent: string | null): Context {
  return traceParent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: traceParent });
}

/** Names the trace in logs; empty where nobody traces. */
export function traceIds(): { trace_id?: string } {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return traceId === undefined ? {} : { trace_id: traceId };
}
