import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** What goes before a request's body is sent in one piece; half of the time is more than a slow line needs. */
const HEADERS_SHARE = 0.5;

/** How often is looked for connections whose time is over, at the most. */
const LOOK_INTERVAL_MS = 5_000;

/**
 * Express behind a server that waits only so long for a request: who sends it byte by byte is answered 408 and
 * disconnected. How long an answer may take is another matter.
 */
export class PunctualExpressAdapter extends ExpressAdapter {
  /** @param requestTimeoutMs from the first byte of a request to its last */
  constructor(private readonly requestTimeoutMs: number) {
    super();
  }

  override initHttpServer(): void {
    this.httpServer = createServer(
      {
        requestTimeout: this.requestTimeoutMs,
        headersTimeout: this.requestTimeoutMs * HEADERS_SHARE,
        connectionsCheckingInterval: Math.min(LOOK_INTERVAL_MS, this.requestTimeoutMs * HEADERS_SHARE),
      },
      this.getInstance(),
    );
  }
}
