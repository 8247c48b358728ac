import type { Response } from 'express';

/** How long a reader may take nothing before the connection is given up. */
const SLOW_READER_MS = 15_000;

/** When a client whose connection broke should come back: not all of them at the same moment. */
const RETRY_MIN_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/** Raised on the response when it has become a stream, which may go on for hours. */
export const STREAM_OPENED = 'stream-opened';

export interface StreamMessage {
  /** What the client sends back as `Last-Event-ID` to go on after this message. */
  readonly id: number;
  readonly event: string;
  /** One line, e.g. JSON. */
  readonly data: string;
}

/**
 * An answer that goes on: server-sent events. Nothing is kept for a reader who does not read: each message waits until
 * the one before is out of our hands, and who takes nothing for too long is disconnected.
 */
export class EventStream {
  readonly #closed = new AbortController();

  /** Sends the headers; from here on there is no other answer. */
  constructor(
    private readonly response: Response,
    private readonly slowReaderMs = SLOW_READER_MS,
  ) {
    response.once('close', () => this.#closed.abort());
    response.status(200).set(EVENT_STREAM_HEADERS);
    response.emit(STREAM_OPENED);
    response.write(`retry: ${Math.round(RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS)}\n\n`);
  }

  /** Aborted when the connection is gone, whoever ended it. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Resolves when there is room for the next message, or nobody left to send it to. */
  async send({ id, event, data }: StreamMessage): Promise<void> {
    await this.#write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  }

  /** Says that the connection is alive, to whatever stands between here and the client. */
  async beat(): Promise<void> {
    await this.#write(': still here\n\n');
  }

  end(): void {
    if (!this.closed.aborted) this.response.end();
  }

  async #write(text: string): Promise<void> {
    const { response } = this;
    if (this.closed.aborted || response.writableEnded || response.write(text)) return;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => response.destroy(), this.slowReaderMs);
      const goOn = (): void => {
        clearTimeout(patience);
        response.off('drain', goOn).off('close', goOn);
        resolve();
      };
      response.on('drain', goOn).on('close', goOn);
    });
  }
}

/** No cache keeps the stream, no proxy changes it, and nginx passes each message on at once. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;
