import { Inject, Injectable } from '@nestjs/common';
import type { DomainError } from '../../../platform/errors/index.js';
import { AUTO_PROVIDER, ProviderAttempts, ProviderError, type ProviderErrorCategory } from '../../providers/index.js';
import type { GenerationRow } from '../generation.entity.js';
import { ProviderChoice } from '../provider-choice.js';
import type { ClaimedItem } from './item-claims.js';
import { ItemRetries } from './item-retries.js';

/** Whoever waits for an image had better have it from somebody else than wait longer than this for the same provider. */
const PATIENCE_MS = 10_000;

/**
 * Which failures another provider may make good: those of the way to the vendor and of our account there. Refused
 * content, a request that was not accepted and an answer without an image are matters of what was asked: there the
 * answer of the first counts.
 * `at once`: trying the same again would be in vain, or may be paid for once more. `after its tries`: it often helps.
 */
const FALLBACKS: Record<ProviderErrorCategory, 'at once' | 'after its tries' | 'never'> = {
  provider_unavailable: 'after its tries',
  rate_limited: 'after its tries',
  timeout: 'at once',
  quota_exhausted: 'at once',
  auth_failed: 'at once',
  content_rejected: 'never',
  invalid_request: 'never',
  bad_response: 'never',
};

type Wish = Pick<GenerationRow, 'requestedProvider' | 'tier' | 'aspectRatio'>;

/** Decides whether another provider takes over an item that its provider could not make. The price stays as it is. */
@Injectable()
export class ItemFallback {
  constructor(
    @Inject(ProviderChoice) private readonly choice: ProviderChoice,
    @Inject(ProviderAttempts) private readonly attempts: ProviderAttempts,
    @Inject(ItemRetries) private readonly retries: ItemRetries,
  ) {}

  /**
   * @param failure what the person would be told; its end of the call has not been recorded yet
   * @param pauseMs until the same provider may be asked again; undefined when it must not be
   * @returns the key of the provider that takes over
   */
  async after(
    item: ClaimedItem,
    wish: Wish,
    failure: DomainError,
    pauseMs: number | undefined,
  ): Promise<string | undefined> {
    if (!(failure instanceof ProviderError)) return undefined;
    const rule = FALLBACKS[failure.category];
    if (rule === 'never') return undefined;
    if (rule === 'after its tries' && pauseMs !== undefined && pauseMs <= PATIENCE_MS) return undefined;
    if (await this.retries.isPaidForNothing(item.id, failure)) return undefined;
    return this.insteadOf(item.provider, item.id, wish);
  }

  /** Who makes an item in place of a provider that can't be called now. */
  async insteadOf(provider: string, itemId: string, wish: Wish): Promise<string | undefined> {
    if (wish.requestedProvider !== AUTO_PROVIDER) return undefined;
    const tried = await this.attempts.providersCalledFor(itemId);
    return this.choice.another(wish, tried.add(provider));
  }
}
