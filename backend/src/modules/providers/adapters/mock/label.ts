import { fontOf } from './fonts.js';
import { labelText, wrapText } from './label-text.js';
import { css, type Oklch } from './oklch.js';
import type { Scene } from './scene.js';

/** What stands in front of the prompt, so that nobody takes a mock for a real image. */
const MARK = 'MOCK:';

/** Opacity of the panel: dark enough that the text reads on any picture, with a hint of the picture in it. */
export const PANEL_ALPHA = 0.88;

/** Colours of the label in the hue of the picture. */
export function labelColors(hue: number): { panel: Oklch; text: Oklch; mark: Oklch } {
  return {
    panel: { l: 0.17, c: 0.03, h: hue },
    text: { l: 0.97, c: 0.01, h: hue },
    mark: { l: 0.84, c: 0.12, h: hue },
  };
}

/** Draws `MOCK: ` and the prompt's beginning on a panel in the lower left corner. */
export function drawLabel({ context, width, height, unit, palette }: Scene, prompt: string): void {
  const size = Math.round(Math.sqrt(width * height) * 0.037);
  const margin = unit * 0.045;
  const padding = { x: size * 1.05, y: size * 0.8 };
  const lineHeight = size * 1.42;
  const colors = labelColors(palette.at(0.7).h);
  context.font = fontOf(size);
  context.textBaseline = 'alphabetic';
  const measure = (text: string): number => context.measureText(text).width;
  const markWidth = measure(`${MARK} `) + size * 0.1;
  const maxWidth = Math.min(width - 2 * (margin + padding.x), size * 21);
  const lines = balancedLines(labelText(prompt), maxWidth, markWidth, measure);
  const widths = lines.map((line, index) => measure(line) + (index === 0 ? markWidth : 0));
  const panel = {
    width: Math.max(markWidth, ...widths) + padding.x * 2,
    height: Math.max(1, lines.length) * lineHeight + padding.y * 2 - (lineHeight - size) * 0.6,
  };
  const [left, top] = [margin, height - margin - panel.height];
  context.fillStyle = css(colors.panel, PANEL_ALPHA);
  context.beginPath();
  context.roundRect(left, top, panel.width, panel.height, size * 0.6);
  context.fill();
  let baseline = top + padding.y + size * 0.88;
  context.fillStyle = css(colors.mark);
  context.fillText(MARK, left + padding.x, baseline);
  context.fillStyle = css(colors.text);
  lines.forEach((line, index) => {
    context.fillText(line, left + padding.x + (index === 0 ? markWidth : 0), baseline);
    baseline += lineHeight;
  });
}

/** As few lines as the width allows, then as narrow as that number of lines allows: no word is left alone at the end. */
function balancedLines(
  text: string,
  maxWidth: number,
  firstIndent: number,
  measure: (text: string) => number,
): readonly string[] {
  const fewest = wrapText(text, maxWidth, firstIndent, measure);
  for (let share = 0.5; share < 1; share += 0.05) {
    const lines = wrapText(text, maxWidth * share, firstIndent, measure);
    if (lines.length <= fewest.length) return lines;
  }
  return fewest;
}
