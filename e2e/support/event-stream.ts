import type { Generation } from '@atelier/contracts';
import type { ApiClient } from './api-client.js';

/** One message of a stream of server-sent events. */
export interface StreamMessage {
  id: string;
  event: string;
  data: Generation;
}

export interface StreamOptions {
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

const PATIENCE_MS = 40_000;

/** A stream of server-sent events that is being read, with everything that came over it. */
export class OpenStream {
  readonly messages: StreamMessage[] = [];
  /** Resolves when the server has ended the stream; rejects when it was broken off. */
  readonly ended: Promise<void>;
  private readonly controller = new AbortController();
  private text = '';
  private isOver = false;
  private wake: () => void = () => undefined;

  private constructor(readonly response: Response) {
    this.ended = this.read();
    this.ended.catch(() => undefined);
  }

  /** Opens a stream; an answer that is none is an error. */
  static async open(
    client: ApiClient,
    path: string,
    { headers = {}, query = {} }: StreamOptions = {},
  ): Promise<OpenStream> {
    const response = await client.raw(`/api/v1${path}?${new URLSearchParams(query)}`, { headers });
    if (response.status !== 200)
      throw new Error(`The stream was answered ${response.status}: ${await response.text()}`);
    return new OpenStream(response);
  }

  get lastId(): string {
    return this.messages.at(-1)?.id ?? '';
  }

  /** The first message that fits, whether it has come or is still to come. */
  async first(fits: (message: StreamMessage) => boolean): Promise<StreamMessage> {
    const timeUp = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      if (this.isOver || timeUp.aborted)
        throw new Error(`No message fits: ${JSON.stringify(this.messages.map(summary))}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timeUp.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  event(event: string, generationId?: string): Promise<StreamMessage> {
    return this.first(
      (message) => message.event === event && (generationId === undefined || message.data.id === generationId),
    );
  }

  /** Goes away without a word. */
  close(): void {
    this.controller.abort();
  }

  private async read(): Promise<void> {
    const body = this.response.body;
    if (!body) throw new Error('The stream has no body');
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.controller.signal.addEventListener('abort', () => void reader.cancel());
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.take(value);
      }
    } finally {
      this.isOver = true;
      this.wake();
    }
  }

  private take(text: string): void {
    this.text += text;
    const blocks = this.text.split('\n\n');
    this.text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const [id, event, data] = [field('id'), field('event'), field('data')];
      if (id === undefined || event === undefined || data === undefined) continue;
      this.messages.push({ id, event, data: JSON.parse(data) as Generation });
    }
    this.wake();
  }
}

const summary = ({ id, event, data }: StreamMessage) => [id, event, data.id, data.status];
