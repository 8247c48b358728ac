import { describe, expect, test } from '@jest/globals';
import type { AspectRatio, OpenAIImageRequest, Tier } from '@atelier/contracts';
import { imageWish } from './image-wish.js';
import type { OfferedModel, TierOffer } from './offered-models.js';

const offer = (tier: Tier, sizes: Partial<Record<AspectRatio, string>>): TierOffer => ({
  tier,
  credits: 1,
  sizes: new Map(Object.entries(sizes) as [AspectRatio, string][]),
});

const SMALL = offer('standard', { '1:1': '1024x1024', '3:2': '1536x1024' });
const MIDDLE = offer('premium2', { '1:1': '2048x2048', '16:9': '2048x1152' });
const LARGE = offer('premium4', { '16:9': '3840x2160' });

const MODELS: OfferedModel[] = [
  { id: 'standard', provider: undefined, tiers: [SMALL] },
  { id: 'premium2', provider: undefined, tiers: [MIDDLE] },
  { id: 'premium4', provider: undefined, tiers: [LARGE] },
  { id: 'openai/flare', provider: 'openai', tiers: [MIDDLE, SMALL] },
];

type Wish = Pick<OpenAIImageRequest, 'model' | 'size' | 'quality'>;

describe('imageWish', () => {
  const answered: [Wish, tier: Tier, ratio: AspectRatio, provider: string | undefined][] = [
    [{}, 'standard', '1:1', undefined],
    [{ model: null, size: null, quality: null }, 'standard', '1:1', undefined],
    [{ size: 'auto', quality: 'auto' }, 'standard', '1:1', undefined],
    [{ size: '2048x1152' }, 'premium2', '16:9', undefined],
    [{ quality: 'hd' }, 'premium2', '1:1', undefined],
    [{ quality: 'max' }, 'premium4', '16:9', undefined],
    [{ model: 'premium4' }, 'premium4', '16:9', undefined],
    [{ model: 'standard', size: '1536x1024', quality: 'medium' }, 'standard', '3:2', undefined],
    [{ model: 'openai/flare' }, 'standard', '1:1', 'openai'],
    [{ model: 'openai/flare', quality: 'high' }, 'premium2', '1:1', 'openai'],
    [{ model: 'openai/flare', size: '2048x2048' }, 'premium2', '1:1', 'openai'],
  ];
  test.each(answered)('%j is %s at %s by %s', (wish, tier, aspectRatio, provider) => {
    expect(imageWish(wish, MODELS)).toEqual({ tier, aspectRatio, provider });
  });

  const refused: [Wish, code: string, path: string][] = [
    [{ model: 'dall-e-3' }, 'studio.model_unknown', 'model'],
    [{ model: 'openai' }, 'studio.model_unknown', 'model'],
    [{ model: 'standard', quality: 'hd' }, 'request.invalid', 'quality'],
    [{ model: 'standard', size: '2048x2048' }, 'request.invalid', 'size'],
    [{ size: '1x1' }, 'request.invalid', 'size'],
    [{ quality: 'hd', size: '1024x1024' }, 'request.invalid', 'size'],
  ];
  test.each(refused)('%j is refused: %s for %s', (wish, code, path) => {
    expect(() => imageWish(wish, MODELS)).toThrow(
      expect.objectContaining({ code, errors: [expect.objectContaining({ path })] }),
    );
  });

  test('tells which sizes there are', () => {
    expect(() => imageWish({ model: 'openai/flare', size: '512x512' }, MODELS)).toThrow(
      'size: 512x512 is not made by openai/flare; it makes 1024x1024, 1536x1024, 2048x2048, 2048x1152.',
    );
  });
});
