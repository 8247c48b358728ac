import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EVENT_STREAM_HEADERS, EventStream, type StreamMessage } from '../../../platform/http/index.js';
import { type Credential, LiveCredentials } from '../../auth/index.js';
import { GenerationEventLog } from './generation-event-log.js';
import { GenerationFeed } from './generation-feed.js';
import { GenerationReader } from '../generation-reader.js';
import { GenerationWatch, type GenerationWatcher } from './generation-watch.js';
import { StreamPace } from './stream-pace.js';
import { tooManyStreams } from '../studio.errors.js';

/** Streams that one user may have open in this process: a browser's tabs and some programs. */
export const MAX_STREAMS_PER_USER = 10;

/** A tab that is closed frees its stream at once. */
const RETRY_AFTER_MS = 10_000;

/** Who opens a stream, and what they say about it. */
export interface StreamRequest {
  readonly credential: Credential;
  readonly lastEventId: string | undefined;
  readonly request: Request;
  readonly response: Response;
}

/** Opens event streams, keeps them going and ends them: when their session or key ends, their reader goes or this process stops. */
@Injectable()
export class GenerationStreams implements OnModuleDestroy {
  readonly #logger = new Logger(GenerationStreams.name);
  readonly #open = new Map<number, Set<EventStream>>();
  #isStopping = false;

  constructor(
    @Inject(GenerationEventLog) private readonly log: Pick<GenerationEventLog, 'resume' | 'after'>,
    @Inject(GenerationReader) private readonly reader: Pick<GenerationReader, 'get' | 'find' | 'unfinished'>,
    @Inject(GenerationWatch) private readonly watch: GenerationWatch,
    @Inject(LiveCredentials) private readonly credentials: Pick<LiveCredentials, 'isLive'>,
    @Inject(StreamPace) private readonly pace: StreamPace,
  ) {}

  /** At once: whoever follows goes on at another process, or here when this one is back. */
  onModuleDestroy(): void {
    this.#isStopping = true;
    for (const streams of this.#open.values()) for (const stream of streams) stream.end();
  }

  /**
   * Follows everything that happens to the user's generations.
   * @throws DomainError `studio.event_id_invalid`, `studio.too_many_streams`
   */
  async followAll({ lastEventId, credential, ...exchange }: StreamRequest): Promise<void> {
    const start = await this.log.resume(credential.userId, lastEventId);
    await this.#serve(
      new GenerationFeed(this.log, this.reader, { userId: credential.userId, start }),
      credential,
      exchange,
    );
  }

  /**
   * Follows one generation to its end. A reader who comes back after the end was told is answered 204, which an
   * EventSource takes for good.
   * @throws DomainError `studio.event_id_invalid`, `studio.generation_not_found`, `studio.too_many_streams`
   */
  async follow(generationId: string, { lastEventId, credential, ...exchange }: StreamRequest): Promise<void> {
    const { userId } = credential;
    const start = await this.log.resume(userId, lastEventId);
    const { completed_at: completedAt } = await this.reader.get(userId, generationId);
    const feed = new GenerationFeed(this.log, this.reader, { userId, generationId, start });
    if (start.isGapless && completedAt !== null && !(await this.#hasEnd(userId, generationId, start.position))) {
      exchange.response.status(204).end();
      return;
    }
    await this.#serve(feed, credential, exchange);
  }

  /** Whether a reader who was told events up to a position is still to be told how the generation ended. */
  async #hasEnd(userId: number, generationId: string, position: number): Promise<boolean> {
    const unread = new GenerationFeed(this.log, this.reader, {
      userId,
      generationId,
      start: { position, isGapless: true },
    });
    while (unread.hasMore && !unread.isOver) await unread.next();
    return unread.isOver;
  }

  async #serve(
    feed: GenerationFeed,
    credential: Credential,
    { request, response }: Pick<StreamRequest, 'request' | 'response'>,
  ): Promise<void> {
    if (request.method === 'HEAD') {
      response.status(200).set(EVENT_STREAM_HEADERS).end();
      return;
    }
    if (this.#isStopping) {
      // A refusal would have a browser's EventSource stay away for good; from a stream that ends it comes back.
      new EventStream(response).end();
      return;
    }
    const stream = this.#admit(credential.userId, response);
    const watcher = this.watch.watch({ userId: credential.userId });
    stream.closed.addEventListener('abort', () => watcher.notify());
    try {
      await this.#send(stream, await feed.opening());
      await this.#run(stream, feed, credential, watcher);
    } catch (error) {
      // The answer has begun: all that is left is to break it off, and the client goes on from what it has.
      this.#logger.warn({ err: error, userId: credential.userId }, 'An event stream was broken off');
    } finally {
      watcher.end();
      this.#release(credential.userId, stream);
      stream.end();
    }
  }

  async #run(
    stream: EventStream,
    feed: GenerationFeed,
    credential: Credential,
    watcher: GenerationWatcher,
  ): Promise<void> {
    const beat = new Pace(this.pace.heartbeatMs);
    const moves = new Pace(this.pace.movesMs);
    while (!feed.isOver && !stream.closed.aborted && !this.#isStopping) {
      const pauseMs = feed.isWaiting ? Math.min(beat.restMs, moves.restMs) : beat.restMs;
      if (feed.hasMore || (await watcher.news(pauseMs))) {
        await this.#send(stream, await feed.next());
        watcher.seen = feed.position;
      }
      if (moves.isDue()) await this.#send(stream, await feed.moves());
      if (beat.isDue()) {
        if (!(await this.credentials.isLive(credential))) return;
        await stream.beat();
      }
    }
  }

  async #send(stream: EventStream, messages: readonly StreamMessage[]): Promise<void> {
    for (const message of messages) await stream.send(message);
  }

  /** Counts and opens in one step, so that no number of simultaneous requests gets past the limit. */
  #admit(userId: number, response: Response): EventStream {
    const streams = this.#open.get(userId) ?? new Set();
    if (streams.size >= MAX_STREAMS_PER_USER) throw tooManyStreams(MAX_STREAMS_PER_USER, RETRY_AFTER_MS);
    const stream = new EventStream(response, this.pace.slowReaderMs);
    this.#open.set(userId, streams.add(stream));
    return stream;
  }

  #release(userId: number, stream: EventStream): void {
    const streams = this.#open.get(userId);
    streams?.delete(stream);
    if (streams?.size === 0) this.#open.delete(userId);
  }
}

/** Something that is due again and again. */
class Pace {
  #dueAt: number;

  constructor(private readonly everyMs: number) {
    this.#dueAt = performance.now() + everyMs;
  }

  /** Milliseconds until it is due. */
  get restMs(): number {
    return Math.max(0, Math.ceil(this.#dueAt - performance.now()));
  }

  /** Whether it is due now; if so, the next time is counted from here. */
  isDue(): boolean {
    if (this.restMs > 0) return false;
    this.#dueAt = performance.now() + this.everyMs;
    return true;
  }
}
