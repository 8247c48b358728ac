import { LiveAnnouncer } from '@angular/cdk/a11y';
import { HttpErrorResponse } from '@angular/common/http';
import { DOCUMENT, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { type GenerateRequest, type Generation } from '@atelier/contracts';
import { pageVisibility } from '../platform/page-visibility';
import { problemOf, problemSentence } from '../platform/problem';
import { Session } from '../session/session';
import { GenerationApi, isUnreachable, randomKey } from './generation-api';
import { GenerationStream } from './generation-stream';
import { announcement } from './generation-wording';
import { type Job, isFinal, isSettled, jobFromGeneration } from './job';
import { type PollAnswer, pollWhileVisible } from '../platform/poll';
import { UnfinishedGenerations } from './unfinished-generations';

/** Jobs of other tabs and programs that are kept in the list after they are over. */
const SETTLED_FROM_ELSEWHERE = 20;

/** A job of which the stream has said nothing for so long is asked about all the same. */
const SILENCE_MS = 30_000;

/** How often balance and images are read again, at most, for what happens elsewhere. */
const REFRESH_PAUSE_MS = 1_000;

/** The jobs of this visit. It lives as long as the console, so leaving the studio loses nothing. */
@Injectable({ providedIn: 'root' })
export class GenerationStore {
  readonly #api = inject(GenerationApi);
  readonly #session = inject(Session);
  readonly #announcer = inject(LiveAnnouncer);
  readonly #document = inject(DOCUMENT);
  readonly #unfinished = inject(UnfinishedGenerations);
  readonly #stream = inject(GenerationStream);
  readonly #isVisible = pageVisibility(this.#document);

  readonly #list = signal<readonly Job[]>([]);
  readonly #delivered = signal(0);
  readonly #userId = computed(() => this.#session.user()?.id ?? null);
  /** Who the stream is open for: while the page is looked at, and while there is something to wait for. */
  readonly #streamed = computed(() => (this.#isVisible() || this.unfinishedJobs().length > 0 ? this.#userId() : null));
  /** Whether some request still waits for its answer. */
  readonly #isSending = computed(() => this.jobs().some((job) => job.generation === null && job.refusal === null));
  /** What the stream told of generations that may be those of requests whose answers are still under way. */
  readonly #unclaimed = new Map<string, Generation>();
  /** When the stream last told of each job, by this machine's clock. */
  readonly #heardAt = new Map<string, number>();
  #refresh: ReturnType<typeof setTimeout> | undefined;
  #hasNewImages = false;
  /** Aborted when another person signs in: nobody may see or cancel somebody else's jobs. */
  #visit = new AbortController();

  /** Newest first. */
  readonly jobs = this.#list.asReadonly();
  readonly unfinishedJobs = computed(() => this.jobs().filter((job) => !isSettled(job)));
  /** Goes up whenever new images can be read from the list of one's own. */
  readonly deliveries = this.#delivered.asReadonly();

  constructor() {
    effect(() => {
      const userId = this.#userId();
      untracked(() => this.#beginVisit(userId));
    });
    effect((onCleanup) => {
      if (this.#streamed() === null) return;
      const streaming = new AbortController();
      onCleanup(() => streaming.abort());
      untracked(() => this.#listen(streaming.signal));
    });
  }

  /** Puts a job on the list at once and sends the request; the answer arrives in the job. */
  start(request: GenerateRequest, quotedCredits: number): Job {
    const job: Job = {
      key: randomKey(),
      request,
      quotedCredits,
      requestedAt: Date.now(),
      generation: null,
      refusal: null,
      isConnectionLost: false,
      isCanceling: false,
      isFromElsewhere: false,
    };
    this.#list.update((jobs) => [job, ...jobs]);
    void this.#send(job, this.#visit.signal);
    return job;
  }

  async cancel(job: Job): Promise<void> {
    const { generation } = job;
    if (generation === null || job.isCanceling) {
      return;
    }
    const visit = this.#visit.signal;
    this.#change(job.key, { isCanceling: true });
    try {
      const answer = await this.#api.cancel(generation.id);
      if (!visit.aborted) {
        this.#receive(job.key, answer);
      }
    } catch (error) {
      this.#change(job.key, { isCanceling: false });
      // It may have finished in the meantime; the poll shows that. Anything else is worth a word.
      void this.#announcer.announce(`The job could not be cancelled. ${problemSentence(error)}`, 'assertive');
    }
  }

  dismiss(job: Job): void {
    this.#list.update((jobs) => jobs.filter((other) => other.key !== job.key));
  }

  #beginVisit(userId: number | null): void {
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#visit.abort();
    this.#visit = new AbortController();
    this.#list.set([]);
    this.#unclaimed.clear();
    this.#heardAt.clear();
    this.#stream.forget();
    if (userId !== null) {
      this.#unfinished.of(userId).forEach((id) => void this.#follow(id, id, this.#visit.signal, 'now'));
    }
  }

  #listen(signal: AbortSignal): void {
    const generation = (generation: Generation): void => (signal.aborted ? undefined : this.#hear(generation));
    void this.#stream.follow({ generation, gap: () => this.#heardAt.clear() }, signal);
  }

  /** Something has happened to a generation: of this tab, of another one or of a program. */
  #hear(generation: Generation): void {
    const known = this.#list().find((job) => job.generation?.id === generation.id);
    this.#heardAt.set(generation.id, Date.now());
    if (known) this.#receive(known.key, generation);
    else if (this.#isSending()) this.#unclaimed.set(generation.id, generation);
    else this.#adopt(generation);
  }

  /** Takes up a generation that was begun elsewhere. */
  #adopt(generation: Generation): void {
    this.#list.update((jobs) => inOrder([...jobs, jobFromGeneration(generation, true)]));
    if (isFinal(generation)) this.#settle(generation.id);
    else this.#refreshSoon(false);
    const settled = this.#list().filter((job) => job.isFromElsewhere && isSettled(job));
    for (const { key } of settled.slice(SETTLED_FROM_ELSEWHERE)) {
      this.#list.update((jobs) => jobs.filter((job) => job.key !== key));
    }
  }

  /** Every request has its answer, so what is left is nobody's here. */
  #adoptUnclaimed(): void {
    if (this.#isSending()) return;
    for (const generation of this.#unclaimed.values()) this.#hear(generation);
    this.#unclaimed.clear();
  }

  /** Sends until the server has answered: the key makes a repeated request the same request. */
  async #send(job: Job, visit: AbortSignal): Promise<void> {
    const attempt = async (): Promise<PollAnswer> => {
      try {
        const generation = await this.#api.start(job.request, job.key);
        if (!visit.aborted) {
          this.#accept(job.key, generation, visit);
        }
        return 'done';
      } catch (error) {
        if (isUnreachable(error)) {
          this.#change(job.key, { isConnectionLost: true });
          return 'again';
        }
        if (!visit.aborted) {
          this.#refuse(job.key, error);
        }
        return 'done';
      }
    };
    if ((await attempt()) === 'again') {
      await pollWhileVisible(attempt, this.#document, visit);
    }
  }

  #accept(key: string, answer: Generation, visit: AbortSignal): void {
    // The stream may have been faster than the answer, and knows more.
    const generation = this.#unclaimed.get(answer.id) ?? answer;
    this.#unclaimed.delete(answer.id);
    this.#receive(key, generation);
    if (!isFinal(generation)) {
      const userId = this.#userId();
      if (userId !== null) this.#unfinished.add(userId, generation.id);
      void this.#follow(key, generation.id, visit, 'later');
    }
    this.#adoptUnclaimed();
    void this.#session.refreshCredits();
  }

  #refuse(key: string, error: unknown): void {
    const isContentPolicy = problemOf(error)?.code === 'provider.content_rejected';
    this.#change(key, { refusal: { sentence: problemSentence(error), isContentPolicy }, isConnectionLost: false });
    this.#settle(key);
    this.#adoptUnclaimed();
  }

  /** Asks for the job again and again, as long as the stream does not tell of it by itself. */
  async #follow(key: string, id: string, visit: AbortSignal, begin: 'now' | 'later'): Promise<void> {
    const ask = async (): Promise<PollAnswer> => {
      const job = this.#list().find((other) => other.key === key);
      if (job && isSettled(job)) {
        return 'done';
      }
      if (this.#stream.isLive() && Date.now() - (this.#heardAt.get(id) ?? 0) < SILENCE_MS) {
        return 'again';
      }
      try {
        const generation = await this.#api.read(id);
        this.#heardAt.set(id, Date.now());
        if (visit.aborted) {
          return 'done';
        }
        this.#receive(key, generation);
        return isFinal(generation) ? 'done' : 'again';
      } catch (error) {
        return visit.aborted ? 'done' : this.#missed(key, id, error);
      }
    };
    if (begin === 'later' || (await ask()) === 'again') {
      await pollWhileVisible(ask, this.#document, visit);
    }
  }

  /** A poll without an answer says nothing about the job, unless the server says that there is no such job. */
  #missed(key: string, id: string, error: unknown): PollAnswer {
    if (error instanceof HttpErrorResponse && error.status === 404) {
      this.#forget(id);
      this.#list.update((jobs) => jobs.filter((job) => job.key !== key));
      return 'done';
    }
    this.#change(key, { isConnectionLost: true });
    return 'again';
  }

  #receive(key: string, generation: Generation): void {
    const known = this.#list().find((job) => job.key === key);
    if (known === undefined) {
      this.#list.update((jobs) => inOrder([...jobs, jobFromGeneration(generation, false)]));
    } else if (isSettled(known)) {
      return;
    } else {
      this.#change(key, { generation, isConnectionLost: false });
    }
    if (isFinal(generation)) {
      this.#forget(generation.id);
      this.#settle(key);
    }
  }

  #settle(key: string): void {
    const job = this.#list().find((other) => other.key === key);
    if (job === undefined) {
      return;
    }
    this.#heardAt.delete(job.generation?.id ?? '');
    const hasImages = job.generation !== null && job.generation.images.length > 0;
    if (job.isFromElsewhere) {
      this.#refreshSoon(hasImages);
      return;
    }
    if (hasImages) {
      this.#delivered.update((count) => count + 1);
    }
    const { text, politeness } = announcement(job);
    void this.#announcer.announce(text, politeness);
    void this.#session.refreshCredits();
  }

  /** Reads again what jobs of elsewhere have changed: once for all of a moment, for a program may have many. */
  #refreshSoon(hasImages: boolean): void {
    this.#hasNewImages ||= hasImages;
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      if (this.#hasNewImages) {
        this.#delivered.update((count) => count + 1);
      }
      this.#hasNewImages = false;
      void this.#session.refreshCredits();
    }, REFRESH_PAUSE_MS);
  }

  #forget(id: string): void {
    const userId = this.#userId();
    if (userId !== null) {
      this.#unfinished.remove(userId, id);
    }
  }

  #change(key: string, changes: Partial<Job>): void {
    this.#list.update((jobs) => jobs.map((job) => (job.key === key ? { ...job, ...changes } : job)));
  }
}

/** Newest first. */
function inOrder(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => b.requestedAt - a.requestedAt);
}
