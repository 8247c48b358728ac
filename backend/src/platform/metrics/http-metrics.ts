import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { routeOf } from '../http/route-of.js';
import type { Counter, Histogram, Labels } from './instruments.js';
import { Metrics } from './metrics.js';

/** From an answer out of memory to a generation that somebody waits for. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type RouteMeter = (response: ServerResponse, startedAt: number) => void;

/**
 * Counts requests and measures how long they take. It listens to the response rather than wrapping the handlers, so that
 * it also sees what guards refuse, what filters answer, what has no route and what is broken off.
 */
@Injectable()
export class HttpMetrics {
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #durations: Histogram<'route' | 'method'>;
  readonly #meters = new Map<string, RouteMeter>();

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
      const method = METHODS.has(request.method) ? request.method : 'other';
      this.of(routeOf(request), method)(response, startedAt);
    });
    next();
  };

  /** Notes a response of this route that has ended, and when its request began, by `performance.now()`. */
  of(route: string, method: string): RouteMeter {
    const name = `${method} ${route}`;
    const known = this.#meters.get(name);
    if (known) return known;
    const meter = this.#meter({ route, method });
    this.#meters.set(name, meter);
    return meter;
  }

  #meter(labels: Labels<'route' | 'method'>): RouteMeter {
    const observe = this.#durations.with(labels);
    const totals = new Map<string, () => void>();
    return (response, startedAt) => {
      const status = statusOf(response);
      const add = totals.get(status) ?? this.#requests.with({ ...labels, status });
      totals.set(status, add);
      add();
      observe((performance.now() - startedAt) / 1_000);
    };
  }
}

function statusOf({ writableFinished, statusCode }: ServerResponse): string {
  if (!writableFinished) return 'aborted';
  return statusCode === 200 ? '2xx' : `${Math.floor(statusCode / 100)}xx`;
}
