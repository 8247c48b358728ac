import { describe, expect, it } from '@jest/globals';
import { type Draft } from './studio-draft';
import { draftObstacle, fitToOffer, offerFor, typicalDurationMs } from './studio-offer';
import { sampleImage, sampleOptions } from '../../testing/generation-fixtures';

const draft: Draft = {
  prompt: 'a red fox',
  enhancement: null,
  tier: 'standard',
  provider: 'auto',
  aspectRatio: '1:1',
  count: 1,
};

describe('offerFor', () => {
  it('asks the price of the tier for every image', () => {
    expect(offerFor(sampleOptions(), { ...draft, tier: 'premium2', count: 3 }).credits).toBe(24);
  });

  it('offers with auto what any usable provider of the tier can do', () => {
    expect(offerFor(sampleOptions(), draft).aspectRatios).toEqual(['1:1', '3:2', '2:3', '16:9']);
    expect(offerFor(sampleOptions(), { ...draft, tier: 'premium2' }).aspectRatios).toEqual(['1:1', '3:2', '2:3']);
  });

  it('offers only what the chosen provider can do', () => {
    const offer = offerFor(sampleOptions(), { ...draft, provider: 'huggingface' });
    expect(offer.aspectRatios).toEqual(['1:1', '16:9']);
    expect(offer.maxCount).toBe(1);
  });

  it('says why a provider cannot be chosen', () => {
    const reasons = offerFor(sampleOptions(), { ...draft, tier: 'premium2' }).providers.map(({ reason }) => reason);
    expect(reasons).toEqual([null, 'Doesn’t make Premium 2 images', 'Not set up yet']);
  });
});

describe('fitToOffer', () => {
  it('leaves a draft alone that can be made', () => {
    expect(fitToOffer(sampleOptions(), draft)).toBe(draft);
  });

  it('replaces what can no longer be chosen by the nearest that can', () => {
    const wished: Draft = { ...draft, tier: 'premium4', provider: 'gemini', aspectRatio: '9:16', count: 4 };
    expect(fitToOffer(sampleOptions(), wished)).toEqual({
      ...wished,
      tier: 'standard',
      provider: 'auto',
      aspectRatio: '1:1',
      count: 4,
    });
  });

  it('lowers the count to what the chosen provider makes at once', () => {
    expect(fitToOffer(sampleOptions(), { ...draft, provider: 'huggingface', count: 4 }).count).toBe(1);
  });
});

describe('draftObstacle', () => {
  it('names what is missing and nothing when all is there', () => {
    const offer = offerFor(sampleOptions(), draft);
    expect(draftObstacle({ ...draft, prompt: ' \n' }, offer)).toBe('Describe your image to start.');
    expect(draftObstacle({ ...draft, prompt: 'x'.repeat(8_001) }, offer)).toBe('Shorten the prompt to continue.');
    expect(draftObstacle(draft, offer)).toBeNull();
  });
});

describe('typicalDurationMs', () => {
  it('is the median of the same tier, and unknown with fewer than three', () => {
    const took = (duration_ms: number) => sampleImage({ duration_ms });
    expect(typicalDurationMs([took(9_000), took(40_000), took(12_000)], 'standard')).toBe(12_000);
    expect(typicalDurationMs([took(9_000), took(40_000)], 'standard')).toBeNull();
    expect(typicalDurationMs([took(9_000), took(40_000), took(12_000)], 'premium2')).toBeNull();
  });
});
