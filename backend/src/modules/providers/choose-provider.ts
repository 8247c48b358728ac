import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';
import { DomainError } from '../../platform/errors/index.js';
import { type DescribedProvider, aspectRatiosOf } from './described-provider.js';

/** The key that leaves the choice to us. */
export const AUTO_PROVIDER = 'auto';

/** Draws offline placeholders, so `auto` takes it only when nothing else could do the work. */
const LAST_RESORT_KEY = 'mock';

const RETRY_AFTER_MS = 30_000;

const CAN_WORK: Record<ProviderStatus, boolean> = {
  ready: true,
  slow: true,
  unavailable: false,
  not_configured: false,
};

export interface ProviderWish {
  /** Key of a provider, or `auto`. */
  readonly requested: string;
  readonly tier: Tier;
  readonly aspectRatio: AspectRatio;
  /** Images that the generation asks for. */
  readonly count: number;
}

/** What a provider says of itself, unless it is left alone because it failed. */
export function currentStatus(
  { key, status }: DescribedProvider,
  resting: ReadonlyMap<string, number>,
): ProviderStatus {
  return CAN_WORK[status] && resting.has(key) ? 'unavailable' : status;
}

/**
 * Decides which provider makes a generation's images.
 * @param providers every registered provider, in order of preference
 * @param enabledKeys those that an administrator has left switched on
 * @param resting those that are left alone because they failed, with the milliseconds until they may be tried
 * @throws DomainError when the wish can't be met, never picks another provider than the one that was named
 */
export function chooseProvider(
  wish: ProviderWish,
  providers: readonly DescribedProvider[],
  enabledKeys: ReadonlySet<string>,
  resting: ReadonlyMap<string, number>,
): DescribedProvider {
  return wish.requested === AUTO_PROVIDER
    ? chooseAny(wish, providers, enabledKeys, resting)
    : chooseNamed(wish, providers, enabledKeys, resting);
}

function chooseAny(
  wish: ProviderWish,
  providers: readonly DescribedProvider[],
  enabledKeys: ReadonlySet<string>,
  resting: ReadonlyMap<string, number>,
): DescribedProvider {
  const enabled = providers.filter((provider) => enabledKeys.has(provider.key));
  const working = enabled.filter((provider) => CAN_WORK[currentStatus(provider, resting)]);
  const able = working.filter((provider) => shortcoming(provider, wish) === undefined);
  const choice = able.find((provider) => provider.key !== LAST_RESORT_KEY) ?? able[0];
  if (choice !== undefined) return choice;
  if (working.length > 0) {
    throw new DomainError(
      'studio.provider_incapable',
      'invalid',
      `No provider that is ready can make ${wish.count} × ${wish.tier} at ${wish.aspectRatio}.`,
    );
  }
  const pauses = enabled.map(({ key }) => resting.get(key)).filter((pauseMs) => pauseMs !== undefined);
  throw noneAvailable(
    'No image provider is available right now. Try again in a moment.',
    Math.min(RETRY_AFTER_MS, ...pauses),
  );
}

function chooseNamed(
  wish: ProviderWish,
  providers: readonly DescribedProvider[],
  enabledKeys: ReadonlySet<string>,
  resting: ReadonlyMap<string, number>,
): DescribedProvider {
  const provider = providers.find(({ key }) => key === wish.requested);
  if (provider === undefined) {
    throw refusal('studio.provider_unknown', 'provider', `There is no provider "${wish.requested}".`);
  }
  if (!enabledKeys.has(provider.key)) {
    throw refusal('studio.provider_disabled', 'provider', `${provider.label} is switched off.`);
  }
  const missing = shortcoming(provider, wish);
  if (missing !== undefined) {
    throw refusal('studio.provider_incapable', missing.path, `${provider.label} ${missing.message}.`);
  }
  const status = currentStatus(provider, resting);
  // Waiting does not help a provider that nobody has set up, so this is not a matter of availability.
  if (status === 'not_configured') {
    throw refusal('studio.provider_disabled', 'provider', `${provider.label} has not been set up yet.`);
  }
  if (!CAN_WORK[status]) {
    const message = `${provider.label} is not available right now. Try again in a moment.`;
    throw noneAvailable(message, resting.get(provider.key) ?? RETRY_AFTER_MS);
  }
  return provider;
}

/** What the provider can't do of this wish, named after the request's field; undefined when it can do all of it. */
function shortcoming(
  { capabilities }: DescribedProvider,
  wish: ProviderWish,
): { path: string; message: string } | undefined {
  const sizes = capabilities.sizes[wish.tier];
  if (!sizes) return { path: 'tier', message: `does not offer the tier ${wish.tier}` };
  if (!sizes.has(wish.aspectRatio)) {
    const where = aspectRatiosOf(capabilities).has(wish.aspectRatio) ? ` in the tier ${wish.tier}` : '';
    return { path: 'aspect_ratio', message: `does not offer the aspect ratio ${wish.aspectRatio}${where}` };
  }
  if (wish.count > capabilities.maxCount) {
    return { path: 'count', message: `makes at most ${capabilities.maxCount} images at once` };
  }
  return undefined;
}

function refusal(
  code: 'studio.provider_unknown' | 'studio.provider_disabled' | 'studio.provider_incapable',
  path: string,
  message: string,
): DomainError {
  return new DomainError(code, 'invalid', message, { errors: [{ path, message }] });
}

function noneAvailable(message: string, retryAfterMs: number): DomainError {
  return new DomainError('provider.none_available', 'unavailable', message, {
    retryable: true,
    retryAfterMs,
  });
}
