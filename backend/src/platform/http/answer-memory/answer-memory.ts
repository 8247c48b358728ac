import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Configuration } from '../../config/index.js';
import { DatabaseVersion } from '../../database/index.js';
import { HttpMetrics, type RouteMeter } from '../../metrics/index.js';
import { type Admission, RequestLimits } from '../../throttling/index.js';
import { Clock } from '../../time/index.js';
import { requestIdOf } from '../request-id.js';
import { routeOf } from '../route-of.js';
import { beginDraft, draftOf } from './answer-draft.js';
import { plainRequestOf } from './plain-request.js';
import { RememberedAnswer } from './remembered-answer.js';

/** With two kibibytes each for the credential, the headers and the body, not more than some megabytes. */
const ANSWERS_MAX = 1_000;

/** That somebody was active is noted now and then by who answers; it must not be put off for longer. */
const AGE_MAX_MS = 5_000;

interface Entry {
  readonly answer: RememberedAnswer;
  readonly meter: RouteMeter;
  readonly admission: Admission;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  readonly endsAt: number;
}

/**
 * Answers in front of the framework what has just been answered to the same caller, while nothing has been written to the
 * database: then who they are, what they may do and what there is are as they were. What was written is noticed by asking
 * the database itself, at each request; where it can't tell, as with a server that many write to, nothing is remembered.
 */
@Injectable()
export class AnswerMemory {
  /** All of {@link #version}. */
  readonly #answers = new Map<string, Entry>();
  #version: number | undefined;
  readonly isInUse: boolean;

  constructor(
    @Inject(Configuration) configuration: Configuration,
    @Inject(DatabaseVersion) private readonly database: DatabaseVersion,
    @Inject(RequestLimits) private readonly limits: RequestLimits,
    @Inject(HttpMetrics) private readonly metrics: HttpMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    // Where each request is logged, traced or counted elsewhere, each goes the whole way.
    const isEachTold = configuration.tracing !== undefined || ['debug', 'trace'].includes(configuration.logLevel);
    const isCountedHere = configuration.redisUrl === undefined;
    this.isInUse = database.isKnown && configuration.duties.serves && isCountedHere && !isEachTold;
  }

  /** @returns false when the request has to go the whole way */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const plain = plainRequestOf(request);
    // One that was sent before an earlier one of its connection was answered has to wait, and has no socket yet.
    if (!plain || !response.socket) return false;
    const version = this.#currentVersion();
    if (version === undefined) return false;
    const now = this.clock.now();
    const known = this.#answers.get(plain.key);
    // A clock that was set back must not keep an answer.
    if (known && now >= known.begunAt && now < known.endsAt && this.#repeat(known, response, plain.requestId))
      return true;
    beginDraft(request, { key: plain.key, version, begunAt: now });
    return false;
  }

  /** Keeps an answer that has been sent, unless something was written since its request came. */
  remember(request: Request, response: Response, body: string): void {
    const draft = draftOf(request);
    const admission = this.limits.admissionOf(response);
    if (draft?.credentialEndsAt === undefined || !admission) return;
    if (this.#currentVersion() !== draft.version) return;
    const answer = RememberedAnswer.of(response, body);
    if (!answer) return;
    const [oldest] = this.#answers.size < ANSWERS_MAX ? [] : this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
    const { key, begunAt, credentialEndsAt } = draft;
    const endsAt = Math.min(begunAt + AGE_MAX_MS, credentialEndsAt);
    this.#answers.set(key, { answer, meter: this.metrics.of(routeOf(request), 'GET'), admission, begunAt, endsAt });
  }

  /** @returns false when somebody has asked too much, which is not for here to refuse */
  #repeat({ answer, meter, admission }: Entry, response: ServerResponse, requestId: string | undefined): boolean {
    const startedAt = performance.now();
    const admitted = this.limits.readmit(admission);
    if (!admitted) return false;
    response.on('close', () => {
      admitted.release();
      meter(response, startedAt);
    });
    answer.send(response, requestIdOf(requestId), admitted.rateLimit);
    return true;
  }

  #currentVersion(): number | undefined {
    const version = this.database.current();
    if (version !== this.#version) this.#answers.clear();
    this.#version = version;
    return version;
  }
}
