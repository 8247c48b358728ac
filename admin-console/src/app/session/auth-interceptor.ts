import { HttpErrorResponse, type HttpInterceptorFn, type HttpRequest } from '@angular/common/http';
import { DOCUMENT, inject } from '@angular/core';
import type { ProblemCode } from '@atelier/contracts';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { API_BASE } from '../platform/api-base';
import { problemOf } from '../platform/problem-parsing';
import { Session, isRefusal } from './session';

/** These routes open or close a session: they go by the cookie or by what the person typed, never by an access token. */
const SESSION_ROUTES = ['login', 'setup', 'invitation', 'refresh', 'logout'].map((name) => `${API_BASE}/auth/${name}`);

const RENEWABLE: readonly ProblemCode[] = ['auth.token_expired', 'auth.token_invalid', 'auth.required'];

/** Sends the access token to this server's own API, and renews it once when the server no longer takes it. */
export const authInterceptor: HttpInterceptorFn = (request, next) => {
  const path = ownApiPath(request.url, inject(DOCUMENT).location);
  if (path === null || SESSION_ROUTES.includes(path)) return next(request);

  const session = inject(Session);
  const token = session.accessToken();
  return next(withToken(request, token)).pipe(
    catchError((refusal: unknown) => {
      if (!isRenewable(refusal)) return throwError(() => refusal);
      return from(session.renew(token)).pipe(
        catchError((error: unknown) => {
          if (isRefusal(error)) session.expire();
          return throwError(() => error);
        }),
        switchMap((fresh) => next(withToken(request, fresh))),
      );
    }),
  );
};

/** The path when the address is this origin's API; null otherwise, also for `//host/api/…`. */
function ownApiPath(url: string, location: Location): string | null {
  const address = new URL(url, location.origin);
  return address.origin === location.origin && address.pathname.startsWith('/api/') ? address.pathname : null;
}

function withToken(request: HttpRequest<unknown>, token: string | null): HttpRequest<unknown> {
  return token === null ? request : request.clone({ setHeaders: { Authorization: `Bearer ${token}` } });
}

function isRenewable(error: unknown): boolean {
  if (!(error instanceof HttpErrorResponse) || error.status !== 401) return false;
  const code = problemOf(error)?.code;
  return code !== undefined && RENEWABLE.includes(code);
}
