import { Inject, Injectable } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../../platform/errors/index.js';
import { Limiters } from '../../../platform/throttling/index.js';
import type { Actor } from '../../auth/index.js';

/** More than anybody reviews, and few enough that a program in a loop does not empty an account. */
const POINTS = 20;
const DURATION_S = 60;

/** Holds back who asks for enhancements faster than a person can read them: they are free, but not for the team. */
@Injectable()
export class EnhancementThrottle {
  readonly #limiter: RateLimiterAbstract;

  constructor(@Inject(Limiters) limiters: Limiters) {
    this.#limiter = limiters.make({ name: 'enhancements', points: POINTS, durationS: DURATION_S });
  }

  /** @throws DomainError `enhancer.throttled` */
  async admit({ id }: Pick<Actor, 'id'>): Promise<void> {
    try {
      await this.#limiter.consume(String(id));
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw new DomainError(
        'enhancer.throttled',
        'throttled',
        `At most ${POINTS} prompts a minute can be enhanced. The prompt is unchanged and you were not charged.`,
        { retryable: true, retryAfterMs: reason.msBeforeNext },
      );
    }
  }
}
