import { Inject, Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Configuration } from '../../../platform/config/index.js';
import { Clock } from '../../../platform/time/index.js';

const NAME = 'atelier_refresh';

/** As long as a token may be; what is longer is not one of ours and is not hashed. */
const MAX_TOKEN_LENGTH = 64;

/** The cookie that holds the refresh token: out of reach for scripts, and sent to the session routes alone. */
@Injectable()
export class RefreshCookie {
  readonly #options: CookieOptions;

  constructor(
    @Inject(Configuration) configuration: Configuration,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#options = {
      httpOnly: true,
      sameSite: 'strict',
      path: '/api/v1/auth',
      // Over plain http (a laptop, a trusted network) browsers would refuse a secure cookie.
      secure: configuration.publicUrl.startsWith('https:'),
    };
  }

  read({ headers }: Request): string | undefined {
    for (const pair of (headers.cookie ?? '').split(';')) {
      const separator = pair.indexOf('=');
      if (separator < 0 || pair.slice(0, separator).trim() !== NAME) continue;
      const value = pair.slice(separator + 1).trim();
      return value.length > 0 && value.length <= MAX_TOKEN_LENGTH ? value : undefined;
    }
    return undefined;
  }

  write(response: Response, token: string, expiresAtMs: number): void {
    response.cookie(NAME, token, { ...this.#options, maxAge: expiresAtMs - this.clock.now() });
  }

  clear(response: Response): void {
    response.clearCookie(NAME, this.#options);
  }
}
