import { type AspectRatio, type OpenAIImageRequest, TIERS, type Tier } from '@atelier/contracts';
import { DomainError } from '../../../platform/errors/index.js';
import type { OfferedModel } from './offered-models.js';

/** What a request in OpenAI's words asks of the studio. */
export interface ImageWish {
  readonly tier: Tier;
  readonly aspectRatio: AspectRatio;
  /** Undefined: whoever is the best choice for the tier. */
  readonly provider: string | undefined;
}

/** The tier that a quality stands for where the model leaves it open. */
const TIER_OF_QUALITY: Record<Exclude<NonNullable<OpenAIImageRequest['quality']>, 'auto'>, Tier> = {
  low: 'standard',
  medium: 'standard',
  standard: 'standard',
  high: 'premium2',
  hd: 'premium2',
  xhigh: 'premium4',
  max: 'premium4',
};

/**
 * Finds out which tier is meant, and in which shape. Where several would do it is the cheapest one.
 * @param models all that can be made now
 * @throws DomainError `studio.model_unknown`, or `request.invalid` naming the field that does not go with the others
 */
export function imageWish(
  { model, size, quality }: Pick<OpenAIImageRequest, 'model' | 'size' | 'quality'>,
  models: readonly OfferedModel[],
): ImageWish {
  const named = model ? models.find(({ id }) => id === model) : undefined;
  if (model && !named) throw modelUnknown(model);
  const candidates = named ? [named] : models.filter(({ provider }) => provider === undefined);
  const offers = candidates
    .flatMap(({ provider, tiers }) => tiers.map((offer) => ({ provider, ...offer })))
    .sort((one, other) => TIERS.indexOf(one.tier) - TIERS.indexOf(other.tier));

  const ofQuality =
    !quality || quality === 'auto' ? offers : offers.filter(({ tier }) => tier === TIER_OF_QUALITY[quality]);
  if (ofQuality.length === 0) throw refused('quality', `${quality} is not made by ${model ?? 'any model'}`);

  for (const { provider, tier, sizes } of ofQuality) {
    const aspectRatio = ratioOf(size, sizes);
    if (aspectRatio) return { tier, aspectRatio, provider };
  }
  const made = [...new Set(ofQuality.flatMap(({ sizes }) => [...sizes.values()]))].join(', ');
  throw refused('size', `${size} is not made by ${model ?? 'any model'}; it makes ${made}`);
}

/** The shape of a size that is made; without a wish a square, or what comes first. */
function ratioOf(size: string | null | undefined, sizes: ReadonlyMap<AspectRatio, string>): AspectRatio | undefined {
  if (!size || size === 'auto') return sizes.has('1:1') ? '1:1' : sizes.keys().next().value;
  return [...sizes].find(([, made]) => made === size)?.[0];
}

function refused(path: string, message: string): DomainError {
  return new DomainError('request.invalid', 'invalid', `${path}: ${message}.`, { errors: [{ path, message }] });
}

export function modelUnknown(model: string): DomainError {
  return new DomainError(
    'studio.model_unknown',
    'not_found',
    `The model '${model}' does not exist. GET /v1/models lists those that can be used now.`,
    { errors: [{ path: 'model', message: 'does not exist' }] },
  );
}
