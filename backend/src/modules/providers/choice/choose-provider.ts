import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';
import { DomainError } from '../../../platform/errors/index.js';
import { type DescribedProvider, aspectRatiosOf } from './described-provider.js';

/** The key that leaves the choice to us. */
export const AUTO_PROVIDER = 'auto';

/** Draws offline placeholders: nobody who has set a vendor up wants them instead of an image. */
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

/** What is known of the providers at the moment. */
export interface Availability {
  /** Every registered provider, in order of preference. */
  readonly providers: readonly DescribedProvider[];
  /** Those that an administrator has left switched on. */
  readonly enabledKeys: ReadonlySet<string>;
  /** Those that are left alone because they failed, with the milliseconds until they may be tried. */
  readonly resting: ReadonlyMap<string, number>;
  /** Those whose vendor has just refused our account: `auto` takes them only if nobody else can do it. */
  readonly inTrouble: ReadonlySet<string>;
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
 * @throws DomainError when the wish can't be met, never picks another provider than the one that was named
 */
export function chooseProvider(wish: ProviderWish, availability: Availability): DescribedProvider {
  return wish.requested === AUTO_PROVIDER ? chooseAny(wish, availability) : chooseNamed(wish, availability);
}

/**
 * Decides which provider makes an image in place of one that could not: another vendor, never the mock.
 * @param tried those that are not asked again
 */
export function chooseFallback(
  wish: Omit<ProviderWish, 'requested'>,
  availability: Availability,
  tried: ReadonlySet<string>,
): DescribedProvider | undefined {
  const others = vendorsOnly(autoChoices(availability)).filter(({ key }) => !tried.has(key));
  return bestOf(others, wish, availability);
}

/** Whom `auto` may choose from: the vendors that are switched on and set up, and the mock only while there is none. */
export function autoChoices({
  providers,
  enabledKeys,
}: Pick<Availability, 'providers' | 'enabledKeys'>): DescribedProvider[] {
  const enabled = providers.filter(({ key, status }) => enabledKeys.has(key) && status !== 'not_configured');
  const vendors = vendorsOnly(enabled);
  return vendors.length > 0 ? vendors : enabled;
}

function vendorsOnly(providers: readonly DescribedProvider[]): DescribedProvider[] {
  return providers.filter(({ key }) => key !== LAST_RESORT_KEY);
}

function bestOf(
  providers: readonly DescribedProvider[],
  wish: Omit<ProviderWish, 'requested'>,
  { resting, inTrouble }: Availability,
): DescribedProvider | undefined {
  const ready = providers.filter(
    (provider) => CAN_WORK[currentStatus(provider, resting)] && shortcoming(provider, wish) === undefined,
  );
  return ready.find(({ key }) => !inTrouble.has(key)) ?? ready[0];
}

function chooseAny(wish: ProviderWish, availability: Availability): DescribedProvider {
  const choices = autoChoices(availability);
  const choice = bestOf(choices, wish, availability);
  if (choice !== undefined) return choice;
  const able = choices.filter((provider) => shortcoming(provider, wish) === undefined);
  if (choices.length > 0 && able.length === 0) {
    throw new DomainError(
      'studio.provider_incapable',
      'invalid',
      `No provider that is set up can make ${wish.count} × ${wish.tier} at ${wish.aspectRatio}.`,
    );
  }
  const pauses = able.map(({ key }) => availability.resting.get(key)).filter((pauseMs) => pauseMs !== undefined);
  throw noneAvailable(
    'No image provider is available right now. Try again in a moment.',
    Math.min(RETRY_AFTER_MS, ...pauses),
  );
}

function chooseNamed(wish: ProviderWish, { providers, enabledKeys, resting }: Availability): DescribedProvider {
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
  wish: Omit<ProviderWish, 'requested'>,
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
