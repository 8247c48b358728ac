import { DOCUMENT, Injectable, inject, signal } from '@angular/core';
import { type Generation, type GenerationEventType } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import { OPEN_EVENT_SOURCE, type OpenedEventSource } from './event-source';
import { GenerationApi } from './generation-api';
import { nextMoment } from '../platform/poll';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** By how much a pause may be longer, so that tabs do not come back together when the server does. */
const JITTER = 0.3;

type MessageType = GenerationEventType | 'generation.snapshot';

/** A record rather than a list: a type that the contract adds must be added here. */
const MESSAGES: Record<MessageType, true> = {
  'generation.snapshot': true,
  'generation.queued': true,
  'generation.started': true,
  'generation.progressed': true,
  'generation.succeeded': true,
  'generation.partially_succeeded': true,
  'generation.failed': true,
  'generation.canceled': true,
};

/** Who follows the stream. */
export interface StreamListener {
  /** Some generation of this person, as it is now. */
  readonly generation: (generation: Generation) => void;
  /** The stream begins anew: what happened since it was last heard may have gone unheard. */
  readonly gap: () => void;
}

/**
 * The server's stream of everything that happens to one's generations. It is opened again whenever it breaks, with a
 * ticket of its own each time, and goes on after the last message that was heard.
 */
@Injectable({ providedIn: 'root' })
export class GenerationStream {
  readonly #api = inject(GenerationApi);
  readonly #open = inject(OPEN_EVENT_SOURCE);
  readonly #document = inject(DOCUMENT);
  readonly #isLive = signal(false);
  #lastEventId: string | null = null;

  /** Whether messages arrive by themselves at the moment. */
  readonly isLive = this.#isLive.asReadonly();

  /** Begins anew with the next connection: another person has signed in. */
  forget(): void {
    this.#lastEventId = null;
  }

  /** Keeps the stream open until the signal aborts. */
  async follow(listener: StreamListener, signal: AbortSignal): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    for (let failures = 0; !signal.aborted;) {
      const connection = await this.#connect(open, listener, signal);
      failures = connection === 'broken' ? 0 : failures + 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (1 + JITTER * Math.random());
      await nextMoment(pauseMs, this.#document, signal);
    }
  }

  /** One connection, from the ticket to its end. `refused` means that it never came about. */
  async #connect(
    open: (address: string) => OpenedEventSource,
    listener: StreamListener,
    signal: AbortSignal,
  ): Promise<'broken' | 'refused'> {
    let ticket: string;
    try {
      ({ ticket } = await this.#api.streamTicket());
    } catch {
      // Whatever it is, the polls run into it as well and say so.
      return 'refused';
    }
    if (signal.aborted) return 'refused';
    const source = open(this.#address(ticket));
    return new Promise((resolve) => {
      const end = (): void => {
        source.close();
        signal.removeEventListener('abort', end);
        resolve(this.#isLive() ? 'broken' : 'refused');
        this.#isLive.set(false);
      };
      signal.addEventListener('abort', end);
      // The browser would come back by itself, with a ticket that has expired by then.
      source.addEventListener('error', end);
      source.addEventListener('open', () => this.#isLive.set(true));
      source.addEventListener('ready', (event) => {
        if (!(event instanceof MessageEvent)) return;
        const isAnew = this.#lastEventId !== null;
        this.#lastEventId = event.lastEventId;
        if (isAnew) listener.gap();
      });
      for (const type of Object.keys(MESSAGES)) {
        source.addEventListener(type, (event) => {
          if (!(event instanceof MessageEvent)) return;
          this.#lastEventId = event.lastEventId;
          const generation = parse(event.data);
          if (generation) listener.generation(generation);
        });
      }
    });
  }

  #address(ticket: string): string {
    const query = new URLSearchParams({ ticket });
    if (this.#lastEventId !== null) query.set('last_event_id', this.#lastEventId);
    return `${API_BASE}/studio/events?${query.toString()}`;
  }
}

/** The server keeps to the contract; this only tells its messages from what a proxy may put between them. */
function parse(data: unknown): Generation | null {
  const value: unknown = typeof data === 'string' ? JSON.parse(data) : null;
  return isGeneration(value) ? value : null;
}

function isGeneration(value: unknown): value is Generation {
  return typeof value === 'object' && value !== null && 'id' in value && 'status' in value && 'images' in value;
}
