import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Configuration } from '../../../platform/config/index.js';
import { originRefused } from '../auth.errors.js';

/**
 * Refuses requests that another site makes a browser send, on the routes that read or set the refresh cookie.
 *
 * Browsers state where a request comes from in `Sec-Fetch-Site`; those too old for it send `Origin` with every
 * cross-site POST. A request with neither header does not come from a page in a browser: whoever sends it has
 * been given the cookie or the password itself, and gains nothing from a forged request. Hence it is let through.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  readonly #publicOrigin: string;

  constructor(@Inject(Configuration) configuration: Configuration) {
    this.#publicOrigin = new URL(configuration.publicUrl).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!this.#isSameOrigin(request) || !hasJsonOrNoBody(request)) throw originRefused();
    return true;
  }

  #isSameOrigin({ headers }: Request): boolean {
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin';
    const { origin, host } = headers;
    if (origin === undefined) return true;
    if (origin === this.#publicOrigin) return true;
    // A page can't choose its browser's Host header. The scheme may differ behind a proxy that ends TLS.
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
  }
}

/** Forms can be sent across sites without asking; JSON can't. */
function hasJsonOrNoBody({ headers }: Request): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return true;
  return /^application\/json(?:\s*;|\s*$)/i.test(headers['content-type'] ?? '');
}
