import { describe, expect, it } from '@jest/globals';
import { type TierDraft, marginOf, offeredShapes } from './tier-effect';

const draft = (more: Partial<TierDraft> = {}): TierDraft => ({
  model: 'gpt-image-2.6-flare',
  size: '1024x1024, 1536x864',
  aspectRatios: '',
  costUsd: '0.04',
  credits: 2,
  creditValueUsd: '',
  ...more,
});

describe('what the studio offers for a tier', () => {
  it('is each size with the shape that it has, lying and standing', () => {
    expect(offeredShapes(draft())).toEqual([
      { ratio: '1:1', pixels: '1024 × 1024' },
      { ratio: '16:9 and 9:16', pixels: '1536 × 864' },
    ]);
  });

  it('takes edges in steps of 16 pixels for the ratio that is meant, and leaves out what is none', () => {
    const shapes = offeredShapes(draft({ size: '1184x880,3520x2352,1000x300,864x1536,rubbish' }));
    expect(shapes.map(({ ratio }) => ratio)).toEqual(['4:3 and 3:4', '3:2 and 2:3']);
  });

  it('is the aspect ratios where those are chosen by name', () => {
    expect(offeredShapes(draft({ size: '2K', aspectRatios: '1:1, 9:16' }))).toEqual([
      { ratio: '1:1, 9:16', pixels: '2K' },
    ]);
  });

  it('is nothing without a model', () => {
    expect(offeredShapes(draft({ model: ' ' }))).toEqual([]);
  });
});

describe('the margin of a tier', () => {
  it.each([
    [{ costUsd: '' }, 'neutral', 'The cost is not known.'],
    [{ costUsd: 'a lot' }, 'neutral', 'The cost is not known.'],
    [{ credits: null }, 'neutral', 'The cost is not known.'],
    [{ costUsd: '0' }, 'success', 'Costs nothing, sold for 2 credits.'],
    [{}, 'neutral', 'Sold for 2 credits: pays for itself from $0.02 a credit.'],
    [{ creditValueUsd: '0.05' }, 'success', 'Sold for 2 credits, $0.10: margin $0.06 (60 %).'],
    [{ creditValueUsd: '0.02' }, 'success', 'Sold for 2 credits, $0.04: margin $0.00 (0 %).'],
    [{ creditValueUsd: '0.015' }, 'error', 'Below cost: sold for 2 credits, $0.03, which is $0.01 too little.'],
  ] as const)('for %p is %s: %s', (more, tone, text) => expect(marginOf(draft(more))).toEqual({ tone, text }));
});
