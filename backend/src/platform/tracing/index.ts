export { contextOf, currentTraceParent, inSpan, traceIds } from './spans.js';
export { TracingModule } from './tracing.module.js';
