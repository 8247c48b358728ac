import { describe, expect, it } from '@jest/globals';
import { PANEL_ALPHA, labelColors } from './label.js';
import { contrast, toRgb, type Rgb } from './oklch.js';

const READABLE = 4.5;

function over(front: Rgb, alpha: number, back: Rgb): Rgb {
  const [red, green, blue] = front.map((channel, index) => channel * alpha + (back[index] ?? 0) * (1 - alpha));
  return [red ?? 0, green ?? 0, blue ?? 0];
}

describe('labelColors', () => {
  it('can be read on any picture, in any hue', () => {
    for (let hue = 0; hue < 360; hue += 5) {
      const { panel, text, mark } = labelColors(hue);
      for (const picture of [
        [0, 0, 0],
        [255, 255, 255],
        [255, 255, 0],
      ] satisfies Rgb[]) {
        const ground = over(toRgb(panel), PANEL_ALPHA, picture);
        expect(contrast(toRgb(text), ground)).toBeGreaterThanOrEqual(READABLE);
        expect(contrast(toRgb(mark), ground)).toBeGreaterThanOrEqual(READABLE);
      }
    }
  });
});

describe('contrast', () => {
  it('is that of WCAG', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });
});
