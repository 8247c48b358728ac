import { Inject, Injectable } from '@nestjs/common';
import type { RequestHandler, Response } from 'express';
import { routeOf } from '../http/route-of.js';
import type { Counter, Histogram } from './instruments.js';
import { Metrics } from './metrics.js';

/** From an answer out of memory to a generation that somebody waits for. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts requests and measures how long they take. It listens to the response rather than wrapping the handlers, so that
 * it also sees what guards refuse, what filters answer, what has no route and what is broken off.
 */
@Injectable()
export class HttpMetrics {
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #durations: Histogram<'route' | 'method'>;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.#requests = metrics.counter('atelier_http_requests_total', 'Requests by route, method and class of status.', [
      'route',
      'method',
      'status',
    ]);
    this.#durations = metrics.histogram(
      'atelier_http_request_duration_seconds',
      'Time until an answer was sent or broken off.',
      ['route', 'method'],
      BOUNDS_S,
    );
  }

  /** Goes in front of everything else. */
  readonly watch: RequestHandler = (request, response, next) => {
    const startedAt = performance.now();
    // After every response, also one whose client has gone away.
    response.once('close', () => {
      const labels = { route: routeOf(request), method: METHODS.has(request.method) ? request.method : 'other' };
      this.#requests.add({ ...labels, status: statusOf(response) });
      this.#durations.observe(labels, (performance.now() - startedAt) / 1_000);
    });
    next();
  };
}

function statusOf(response: Response): string {
  return response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted';
}
