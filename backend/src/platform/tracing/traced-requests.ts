import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { RequestHandler } from 'express';
import { routeOf } from '../http/route-of.js';
import { REQUEST_ID_HEADER } from '../http/request-id.js';

/** Health and metrics are asked for all the time, and tell nothing. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;

/** Gives every request a span, as a part of the caller's trace where it names one. */
export const tracedRequests: RequestHandler = (request, response, next) => {
  if (UNTRACED.test(request.path)) {
    next();
    return;
  }
  const parent = propagation.extract(context.active(), request.headers);
  const span = trace.getTracer('atelier').startSpan(request.method, { kind: SpanKind.SERVER }, parent);
  response.once('close', () => {
    const route = routeOf(request);
    span.updateName(`${request.method} ${route}`);
    span.setAttributes({
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': response.statusCode,
      'atelier.request_id': String(response.getHeader(REQUEST_ID_HEADER)),
    });
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  context.with(trace.setSpan(parent, span), next);
};
