import {
  GENERATION_FINAL_EVENTS,
  GENERATION_SNAPSHOT,
  Generation,
  type GenerationEventType,
  STREAM_READY,
} from '@atelier/contracts';
import type { StreamMessage } from '../../../platform/http/index.js';
import type { GenerationEventLog, Resumption } from './generation-event-log.js';
import type { GenerationEvent } from './generation-event.entity.js';
import type { GenerationReader } from '../generation-reader.js';

/** Events that are read at a time. */
const BATCH = 200;

/** Waiting generations whose places are told anew at a time; nobody looks at more of them. */
const PLACES_TOLD = 20;

const FINAL: ReadonlySet<GenerationEventType> = new Set(GENERATION_FINAL_EVENTS);

export interface FeedOptions {
  readonly userId: number;
  /** Follow this one to its end, rather than all of the user's for ever. */
  readonly generationId?: string;
  readonly start: Resumption;
}

/**
 * What one event stream has to say, in the order of the events. A message carries the generation as it is when the
 * message is made, so several events of one generation that wait together are one message.
 */
export class GenerationFeed {
  readonly #queued = new Map<string, string>();
  #position: number;
  #isOver = false;
  #hasMore = true;

  constructor(
    private readonly log: Pick<GenerationEventLog, 'after'>,
    private readonly reader: Pick<GenerationReader, 'find' | 'unfinished'>,
    private readonly options: FeedOptions,
  ) {
    this.#position = options.start.position;
  }

  /** Id of the last event that was looked at. */
  get position(): number {
    return this.#position;
  }

  /** Whether there is nothing to come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the next batch is there already. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Whether some of the generations stand in the queue. */
  get isWaiting(): boolean {
    return this.#queued.size > 0;
  }

  /** What a reader who comes anew must know before the first event; nothing for one who goes on. */
  async opening(): Promise<StreamMessage[]> {
    const { userId, generationId, start } = this.options;
    const ids = generationId === undefined ? await this.reader.unfinished(userId) : [generationId];
    const generations = await this.reader.find(userId, ids);
    for (const generation of generations) this.#note(generation);
    if (start.isGapless) return [];
    const snapshots = generations.map((generation) => this.#message(GENERATION_SNAPSHOT, this.#position, generation));
    if (generationId === undefined) return [{ id: this.#position, event: STREAM_READY, data: '{}' }, ...snapshots];
    this.#isOver = generations.every(({ completed_at: completedAt }) => completedAt !== null);
    return snapshots;
  }

  /** The next batch of what has happened. */
  async next(): Promise<StreamMessage[]> {
    const { userId, generationId } = this.options;
    const events = await this.log.after(userId, this.#position, BATCH);
    this.#hasMore = events.length === BATCH;
    this.#position = events.at(-1)?.id ?? this.#position;
    const own = generationId === undefined ? events : events.filter((event) => event.generationId === generationId);
    this.#isOver = generationId !== undefined && own.some(({ type }) => FINAL.has(type));
    return this.#told(newestOfEach(own));
  }

  /** Where waiting generations have moved to, which is no event of their own. */
  async moves(): Promise<StreamMessage[]> {
    const waiting = [...this.#queued.keys()].slice(0, PLACES_TOLD);
    const before = new Map(waiting.map((id) => [id, this.#queued.get(id)]));
    const generations = await this.reader.find(this.options.userId, waiting);
    for (const generation of generations) this.#note(generation);
    return generations
      .filter((generation) => generation.queue !== null && placeOf(generation) !== before.get(generation.id))
      .map((generation) => this.#message(GENERATION_SNAPSHOT, this.#position, generation));
  }

  async #told(events: readonly GenerationEvent[]): Promise<StreamMessage[]> {
    const generations = await this.reader.find(
      this.options.userId,
      events.map(({ generationId }) => generationId),
    );
    const byId = new Map(generations.map((generation) => [generation.id, generation]));
    return events.flatMap(({ id, type, generationId }) => {
      const generation = byId.get(generationId);
      if (!generation) return [];
      this.#note(generation);
      return [this.#message(type, id, generation)];
    });
  }

  #message(event: string, id: number, generation: Generation): StreamMessage {
    return { id, event, data: JSON.stringify(Generation.parse(generation)) };
  }

  #note(generation: Generation): void {
    if (generation.queue === null) this.#queued.delete(generation.id);
    else this.#queued.set(generation.id, placeOf(generation));
  }
}

const placeOf = ({ queue }: Generation): string => JSON.stringify(queue);

/** The newest event of each generation, in the order of the events. */
function newestOfEach(events: readonly GenerationEvent[]): GenerationEvent[] {
  const newest = new Map<string, GenerationEvent>();
  for (const event of events) newest.set(event.generationId, event);
  return events.filter((event) => newest.get(event.generationId) === event);
}
