import { Inject, Injectable } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { Limiters } from '../../../platform/throttling/index.js';
import type { Actor } from '../../auth/index.js';
import { webhooksThrottled } from '../webhooks.errors.js';

/** More than anybody presses a button, and few enough that nobody is flooded by our hand. */
const POINTS = 30;
const DURATION_S = 60;

/** Holds back who has messages sent that no event is behind. */
@Injectable()
export class ResendThrottle {
  readonly #limiter: RateLimiterAbstract;

  constructor(@Inject(Limiters) limiters: Limiters) {
    this.#limiter = limiters.make({ name: 'webhook-resends', points: POINTS, durationS: DURATION_S });
  }

  /** @throws DomainError `webhooks.throttled` */
  async admit({ id }: Pick<Actor, 'id'>): Promise<void> {
    try {
      await this.#limiter.consume(String(id));
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw webhooksThrottled(POINTS, reason.msBeforeNext);
    }
  }
}
