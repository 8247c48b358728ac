import { HttpErrorResponse, type HttpInterceptorFn, type HttpRequest, HttpResponse } from '@angular/common/http';
import type { Problem, ProblemCode } from '@atelier/contracts';
import { type Observable, of, switchMap, throwError, timer } from 'rxjs';

type Answer = (request: HttpRequest<unknown>) => unknown;

/** An answer that is not a success, for a route of `FakeApi` to return. */
export function refusal(status: number, code: ProblemCode, more: Partial<Problem> = {}): HttpErrorResponse {
  const problem: Problem = {
    type: 'about:blank',
    title: code,
    status,
    detail: code,
    instance: '/',
    code,
    retryable: false,
    charged: false,
    request_id: 'request-1',
    ...more,
  };
  return new HttpErrorResponse({ status, error: problem });
}

/** No answer at all, as when the server is down. */
export function outage(): HttpErrorResponse {
  return new HttpErrorResponse({ status: 0, error: new ProgressEvent('error') });
}

/** Stands in for the server: answers by method and path, and keeps what it was asked. Unknown routes are an error. */
export class FakeApi {
  readonly requests: HttpRequest<unknown>[] = [];
  readonly #answers = new Map<string, Answer>();

  on(route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`, answer: Answer): this {
    this.#answers.set(route, answer);
    return this;
  }

  /** The requests to one route, oldest first. */
  asked(route: string): readonly HttpRequest<unknown>[] {
    return this.requests.filter((request) => `${request.method} ${request.url}` === route);
  }

  readonly interceptor: HttpInterceptorFn = (request) => {
    this.requests.push(request);
    // Later, as every answer: code that reads a result at once would only work here.
    return timer(0).pipe(switchMap(() => this.#answer(request)));
  };

  #answer(request: HttpRequest<unknown>): Observable<HttpResponse<unknown>> {
    const route = `${request.method} ${request.url}`;
    const body =
      this.#answers.get(route)?.(request) ?? new HttpErrorResponse({ status: 500, error: `nobody answers ${route}` });
    if (body instanceof HttpErrorResponse) return throwError(() => body);
    const copy: unknown = body instanceof Blob ? body : JSON.parse(JSON.stringify(body));
    return of(new HttpResponse({ status: 200, body: copy }));
  }
}
