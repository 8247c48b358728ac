import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { DomainError } from '../errors/index.js';
import { SESSION_STRATEGY } from '../http/index.js';

const LOOPBACK_ADDRESS = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** What proxies add to the requests that they pass on. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Lets programs on the same machine read the metrics, and administrators from anywhere.
 *
 * A scraper has no session, so the route is open to the session guard and this one decides. The address is that of the
 * connection, which a client can't choose. A reverse proxy on the same machine connects from there too, though, and so
 * does a page in a browser there under a name that its owner has pointed to 127.0.0.1: hence a request that a proxy has
 * marked, or that asks for another host, counts as one from elsewhere.
 */
@Injectable()
export class MetricsAccessGuard extends AuthGuard(SESSION_STRATEGY) {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (isFromThisMachine(request)) return true;
    await super.canActivate(context);
    if (request.user?.role !== 'admin')
      throw new DomainError('auth.forbidden', 'forbidden', 'Only administrators may read the metrics.');
    return true;
  }
}

export function isFromThisMachine({ socket, headers }: Pick<Request, 'socket' | 'headers'>): boolean {
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(headers.host ?? '') &&
    PROXY_HEADERS.every((name) => headers[name] === undefined)
  );
}
