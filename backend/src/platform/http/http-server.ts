import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';

/** What goes before a request's body is sent in one piece; half of the time is more than a slow line needs. */
const HEADERS_SHARE = 0.5;

/** How long whoever is being answered may take when the server stops; a slow download is cut off and may go on later. */
const LAST_ANSWERS_MS = 10_000;

/** How often is looked for connections whose time is over, at the most. */
const LOOK_INTERVAL_MS = 5_000;

/** Answers a request before Express sees it. @returns false when it has not */
export type FirstAnswer = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Express behind a server that waits only so long for a request: who sends it byte by byte is answered 408 and
 * disconnected. How long an answer may take is another matter, until the server stops.
 */
export class PunctualExpressAdapter extends ExpressAdapter {
  #answers: FirstAnswer = () => false;
  #isClosing = false;

  /**
   * @param requestTimeoutMs from the first byte of a request to its last
   * @param lastAnswersMs from the end of the work to that of the last connection
   */
  constructor(
    private readonly requestTimeoutMs: number,
    private readonly lastAnswersMs = LAST_ANSWERS_MS,
  ) {
    super();
  }

  answerFirst(answers: FirstAnswer): void {
    this.#answers = answers;
  }

  override initHttpServer(): void {
    const express = this.getInstance<Express>();
    this.httpServer = createServer(
      {
        requestTimeout: this.requestTimeoutMs,
        headersTimeout: this.requestTimeoutMs * HEADERS_SHARE,
        connectionsCheckingInterval: Math.min(LOOK_INTERVAL_MS, this.requestTimeoutMs * HEADERS_SHARE),
      },
      (request, response) => {
        // Else a connection on which one request follows the other would keep the server from stopping.
        if (this.#isClosing) response.shouldKeepAlive = false;
        if (!this.#answers(request, response)) express(request, response);
      },
    );
  }

  override async close(): Promise<void> {
    this.#isClosing = true;
    const cutOff = setTimeout(() => this.httpServer.closeAllConnections(), this.lastAnswersMs);
    await super.close();
    clearTimeout(cutOff);
  }
}
