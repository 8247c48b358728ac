import type { ServerResponse } from 'node:http';
import type { Response } from 'express';
import { RATE_LIMIT } from '../../throttling/rate-limit-fields.js';
import { REQUEST_ID_HEADER } from '../request-id.js';
import { styleNonce } from '../security-headers.js';
import { newStyleNonce } from '../style-nonce.js';

declare module 'node:http' {
  interface OutgoingMessage {
    /** Names as they are written; the types know it of requests alone. */
    getRawHeaderNames(): string[];
  }
}

/** Below the size from which answers are compressed, so that there is but one form of each. */
const BODY_LENGTH_MAX = 1_000;

const HEADERS_MAX = 40;

/** An answer as it was sent, to be sent again under another id and with other counts. */
export class RememberedAnswer {
  private constructor(
    /** Names and values by turns, as they are written. */
    private readonly headers: readonly string[],
    private readonly body: string,
    /** Text of one byte a character is written together with the headers, without being looked at. */
    private readonly encoding: 'latin1' | 'utf8',
    private readonly policyAround: readonly [string, string],
    private readonly at: { readonly requestId: number; readonly policy: number; readonly rateLimit: number },
  ) {}

  /** @returns undefined for what is no small, plain success, or holds something that is for one request alone */
  static of(response: Response, body: string): RememberedAnswer | undefined {
    const names = response.getRawHeaderNames();
    if (response.statusCode !== 200 || body.length > BODY_LENGTH_MAX || names.length > HEADERS_MAX) return undefined;
    if (response.hasHeader('Set-Cookie') || response.hasHeader('Content-Encoding')) return undefined;
    if (Number(response.getHeader('Content-Length')) !== Buffer.byteLength(body)) return undefined;
    const headers = names.flatMap((name) => [name, String(response.getHeader(name))]);
    const valueOf = (name: string): number => 1 + headers.findIndex((one) => one.toLowerCase() === name.toLowerCase());
    const at = {
      requestId: valueOf(REQUEST_ID_HEADER),
      policy: valueOf('Content-Security-Policy'),
      rateLimit: valueOf(RATE_LIMIT),
    };
    const [before, after, ...more] = (headers[at.policy] ?? '').split(styleNonce(response));
    if (at.requestId === 0 || before === undefined || after === undefined || more.length > 0) return undefined;
    const encoding = Buffer.byteLength(body) === body.length ? 'latin1' : 'utf8';
    return new RememberedAnswer(headers, body, encoding, [before, after], at);
  }

  /** @param rateLimit where those who are counted stand; undefined where nothing limits anybody */
  send(response: ServerResponse, requestId: string, rateLimit: string | undefined): void {
    const headers = [...this.headers];
    headers[this.at.requestId] = requestId;
    headers[this.at.policy] = this.policyAround[0] + newStyleNonce() + this.policyAround[1];
    if (rateLimit !== undefined) headers[this.at.rateLimit] = rateLimit;
    response.writeHead(200, headers).end(this.body, this.encoding);
  }
}
