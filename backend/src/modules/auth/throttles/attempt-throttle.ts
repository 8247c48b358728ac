import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { throttled } from '../auth.errors.js';
import { Limiters } from '../../../platform/throttling/index.js';
import { Turnstile } from './turnstile.js';

/** Wrong passwords for one account that cost nothing; each one after them doubles the wait, from 1 s to 15 min. */
const FREE_FAILURES = 4;
const MAX_DELAY_S = 15 * 60;

/** Wrong passwords for one account are forgotten this long after the first of them, so nobody is locked out for good. */
const FAILURES_KEPT_S = 6 * 60 * 60;

/** Two weeks: how long an address counts as the home of an account that signed in from it. */
const FAMILIAR_S = 14 * 24 * 60 * 60;

/** Attempts on one account, from anywhere, that may wait for each other. */
const MAX_WAITING = 256;

/**
 * Holds back whoever guesses: passwords, set-up and invitation tokens, refresh tokens.
 *
 * Wrong passwords count per account, per address and for the whole installation. An account can be kept busy by a
 * stranger, but its owner still gets in from an address they have signed in from before: such pairs have a count of
 * their own. Attempts that succeed are taken off the counts again, so any number of good sign-ins is fine.
 */
@Injectable()
export class AttemptThrottle {
  readonly #failures: RateLimiterAbstract;
  readonly #delays: RateLimiterAbstract;
  readonly #familiar: RateLimiterAbstract;
  readonly #byAddress: RateLimiterAbstract;
  readonly #overall: RateLimiterAbstract;
  readonly #tokens: RateLimiterAbstract;
  readonly #refreshes: RateLimiterAbstract;
  readonly #turnstile = new Turnstile(MAX_WAITING);
  readonly #subjectKey: Buffer;

  constructor(@Inject(Limiters) limiters: Limiters, @Inject(SecretKeys) keys: SecretKeys) {
    this.#subjectKey = keys.keyFor('throttle-subject');
    this.#failures = limiters.make({ name: 'failures', points: FREE_FAILURES, durationS: FAILURES_KEPT_S });
    this.#delays = limiters.make({ name: 'delays', points: 0, durationS: MAX_DELAY_S });
    this.#familiar = limiters.make({ name: 'familiar', points: 1, durationS: FAMILIAR_S });
    this.#byAddress = limiters.make({ name: 'address', points: 300, durationS: 15 * 60 });
    this.#overall = limiters.make({ name: 'overall', points: 300, durationS: 60 });
    this.#tokens = limiters.make({ name: 'tokens', points: 60, durationS: 15 * 60 });
    this.#refreshes = limiters.make({ name: 'refreshes', points: 1_200, durationS: 60 });
  }

  /**
   * Makes one attempt at an account's password, unless there have been too many.
   * @param attempt resolves with undefined when the password was wrong
   * @throws DomainError `auth.throttled`, before the attempt is made
   */
  async passwordAttempt<Result>(
    account: string,
    address: string,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    const pair = this.#subject(`${account}\n${address}`);
    const isFamiliar = (await this.#familiar.get(pair)) !== null;
    const subject = isFamiliar ? pair : this.#subject(account);
    // One at a time, or a thousand parallel guesses would all be made before the first one has counted.
    return this.#turnstile.pass(subject, async () => {
      await this.#assertNoDelay(subject);
      const shared = isFamiliar ? [this.#byAddress] : [this.#byAddress, this.#overall];
      const result = await this.#counted(shared, address, attempt);
      if (result === undefined) {
        await this.#noteFailure(subject);
      } else {
        await this.#failures.delete(subject);
        await this.#familiar.set(pair, 1, FAMILIAR_S);
      }
      return result;
    });
  }

  /**
   * Tries a one-time token. Rejections count.
   * @throws DomainError `auth.throttled`, or what the attempt throws
   */
  async tokenAttempt<Result>(address: string, attempt: () => Promise<Result>): Promise<Result> {
    await consume(this.#tokens, address);
    const result = await attempt();
    await this.#tokens.reward(address);
    return result;
  }

  /** @throws DomainError `auth.throttled` */
  async refreshAttempt(address: string): Promise<void> {
    await consume(this.#refreshes, address);
  }

  async #counted<Result>(
    limiters: readonly RateLimiterAbstract[],
    address: string,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    for (const limiter of limiters) await consume(limiter, this.#keyFor(limiter, address));
    const result = await attempt();
    if (result !== undefined) {
      for (const limiter of limiters) await limiter.reward(this.#keyFor(limiter, address));
    }
    return result;
  }

  #keyFor(limiter: RateLimiterAbstract, address: string): string {
    return limiter === this.#overall ? 'all' : address;
  }

  async #assertNoDelay(subject: string): Promise<void> {
    const delay = await this.#delays.get(subject);
    if (delay !== null && delay.msBeforeNext > 0) throw throttled(delay.msBeforeNext);
  }

  async #noteFailure(subject: string): Promise<void> {
    const { consumedPoints } = await this.#failures.penalty(subject);
    const excess = consumedPoints - FREE_FAILURES;
    if (excess > 0) await this.#delays.block(subject, Math.min(2 ** (excess - 1), MAX_DELAY_S));
  }

  /** Accounts go into the store under a keyed hash, so that it holds nobody's e-mail address. */
  #subject(text: string): string {
    return createHmac('sha256', this.#subjectKey).update(text).digest('base64url');
  }
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw throttled(refusal.msBeforeNext);
    throw refusal;
  }
}
