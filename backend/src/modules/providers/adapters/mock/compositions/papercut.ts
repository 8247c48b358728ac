import { css } from '../oklch.js';
import { wash, type Composition, type Scene } from '../scene.js';

const LAYERS = 9;
const STEPS = 220;

/** Sheets of paper with ever smaller openings, laid over each other with the shadow of each on the next. */
export const papercut: Composition = (scene) => {
  const { random, width, height, unit } = scene;
  const isDeepeningDark = random.chance(0.6);
  const tone = (depth: number): number => (isDeepeningDark ? 1 - depth : depth);
  wash(scene, tone(0), tone(0.06));
  const [x, y] = [width * random.between(0.42, 0.62), height * random.between(0.36, 0.48)];
  const shape = random.wave(4);
  const drift = random.wave(3);
  for (let layer = 1; layer <= LAYERS; layer += 1) {
    const depth = layer / LAYERS;
    const outline = (bleed: number): void =>
      traceOpening(scene, shape, drift, x, y, (1 - depth * 0.86) * unit * 0.62 + bleed, depth);
    paintOpening(scene, outline, tone(depth));
  }
};

/** Waves are periodic only by chance, so the outline is bent onto a ring through two of their coordinates. */
function traceOpening(
  { context, width, height, unit }: Scene,
  shape: (t: number) => number,
  drift: (t: number) => number,
  x: number,
  y: number,
  radius: number,
  depth: number,
): void {
  context.beginPath();
  for (let step = 0; step < STEPS; step += 1) {
    const angle = (step / STEPS) * Math.PI * 2;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const bump = 0.5 * (shape(0.42 * cos + depth * 0.35) + drift(0.42 * sin - depth * 0.35));
    const reach = radius * (1 + 0.34 * bump) + unit * 0.03 * Math.sin(angle * 5 + depth * 4) * (1 - depth);
    context.lineTo(x + reach * cos * (width / unit) ** 0.8, y + reach * sin * (height / unit) ** 0.8);
  }
  context.closePath();
}

function paintOpening({ context, palette, unit }: Scene, outline: (bleed: number) => void, tone: number): void {
  context.fillStyle = css(palette.at(tone));
  outline(0);
  context.fill();
  // The sheet above throws its shadow inwards: strokes of growing width, cut off at the edge.
  context.save();
  outline(0);
  context.clip();
  context.translate(unit * 0.005, unit * 0.011);
  context.strokeStyle = css({ ...palette.at(0), l: 0.15 }, 0.05);
  context.lineJoin = 'round';
  for (let shadow = 1; shadow <= 9; shadow += 1) {
    context.lineWidth = unit * 0.0052 * shadow;
    outline(0);
    context.stroke();
  }
  context.restore();
  context.strokeStyle = css(palette.at(1), 0.16);
  context.lineWidth = unit * 0.0012;
  outline(0);
  context.stroke();
}
