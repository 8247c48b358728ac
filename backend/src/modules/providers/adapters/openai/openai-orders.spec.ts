import { describe, expect, it } from '@jest/globals';
import { ASPECT_RATIOS, TIERS } from '@atelier/contracts';
import { imageOrder } from './openai-orders.js';

describe('imageOrder', () => {
  it.each(TIERS.flatMap((tier) => ASPECT_RATIOS.map((aspectRatio) => ({ tier, aspectRatio }))))(
    'asks for %j in a size that the vendor makes',
    ({ tier, aspectRatio }) => {
      const { width, height } = imageOrder(tier, aspectRatio).size;
      const [across = 0, down = 0] = aspectRatio.split(':').map(Number);
      expect([width % 16, height % 16]).toEqual([0, 0]);
      expect(Math.max(width, height)).toBeLessThanOrEqual(3_840);
      expect(width * height).toBeGreaterThanOrEqual(655_360);
      expect(width * height).toBeLessThanOrEqual(8_294_400);
      // Edges come in steps of 16 pixels, so a ratio is met within a step.
      expect(Math.abs(width - (height * across) / down)).toBeLessThanOrEqual(16);
    },
  );

  it('asks for more with every tier', () => {
    const pixels = TIERS.map((tier) => imageOrder(tier, '1:1').size).map(({ width, height }) => width * height);
    expect(pixels).toEqual([1_048_576, 4_194_304, 8_294_400]);
    expect(TIERS.map((tier) => imageOrder(tier, '1:1').timeoutMs)).toEqual([120_000, 180_000, 300_000]);
  });
});
