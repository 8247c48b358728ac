import { Inject, Injectable } from '@nestjs/common';
import type { DomainError } from '../../../platform/errors/index.js';
import { ProviderAttempts, ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import type { ClaimedItem } from './item-claims.js';

/** Upper end of the first pause; every further one is twice as long. Short, as somebody may be waiting for the answer. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A provider that asks for more patience than this gets none: the person had better decide anew. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Failures after which the provider may have charged us for nothing. One more try, not two. */
const PERHAPS_PAID: readonly ProviderErrorCategory[] = ['timeout', 'bad_response'];

/** Decides whether an item that could not be finished is tried again, and when. */
@Injectable()
export class ItemRetries {
  constructor(@Inject(ProviderAttempts) private readonly attempts: ProviderAttempts) {}

  /**
   * @param failure what the person would be told; its end of the call has not been recorded yet
   * @returns milliseconds until the next attempt, or undefined when there must be none
   */
  async pauseMs(item: ClaimedItem, failure: DomainError): Promise<number | undefined> {
    const askedMs = failure.retryAfterMs ?? 0;
    if (!failure.retryable || item.attempt >= item.maxAttempts || askedMs > LONGEST_RETRY_AFTER_MS) return undefined;
    if (await this.isPaidForNothing(item.id, failure)) return undefined;
    return Math.max(askedMs, backoffMs(item.attempt));
  }

  /** Whether we may have paid for this failure and for one before, whoever made it: then there is no further try. */
  async isPaidForNothing(itemId: string, failure: DomainError): Promise<boolean> {
    return isPerhapsPaid(failure) && (await this.attempts.countFailed(itemId, PERHAPS_PAID)) > 0;
  }
}

/** Random, so that those who failed together don't come back together; from half the longest pause on. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return Math.round(longestMs * (0.5 + random() / 2));
}

function isPerhapsPaid(failure: DomainError): boolean {
  return failure instanceof ProviderError && PERHAPS_PAID.includes(failure.category);
}
