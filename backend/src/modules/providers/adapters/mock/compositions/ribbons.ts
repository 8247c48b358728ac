import { css, mix } from '../oklch.js';
import { glow, wash, type Composition, type Scene } from '../scene.js';

/** Strips that a ribbon's width is made of, and points along each. */
const STRIPS = 44;
const STEPS = 140;

interface Ribbon {
  readonly tone: number;
  readonly center: (t: number) => number;
  readonly halfWidth: (t: number) => number;
  /** Where on the ribbon the light falls, along its length. */
  readonly sheen: (t: number) => number;
}

/** Satin bands that sweep across the canvas and over each other. */
export const ribbons: Composition = (scene) => {
  const { context, random, width, height, unit } = scene;
  const isDark = random.chance(0.5);
  if (isDark) wash(scene, 0, 0.2);
  else wash(scene, 1, 0.84);
  glow(scene, width * random.between(0.3, 0.7), height * 0.4, unit * 0.9, isDark ? 0.4 : 1, 0.6);
  context.save();
  context.translate(width / 2, height / 2);
  context.rotate(random.between(-0.55, 0.55));
  const length = Math.hypot(width, height) * 1.15;
  const count = random.whole(4, 6);
  for (let index = 0; index < count; index += 1) paintRibbon(scene, newRibbon(scene, index, count, isDark), length);
  context.restore();
};

function newRibbon({ random, unit, height }: Scene, index: number, count: number, isDark: boolean): Ribbon {
  const path = random.wave(2);
  const swell = random.wave(2);
  const sheen = random.wave(2);
  const offset = ((index + 0.5) / count - 0.5) * height * 0.62;
  const base = unit * random.between(0.09, 0.15);
  return {
    tone: isDark ? 0.28 + (0.56 * index) / (count - 1) : 0.7 - (0.5 * index) / (count - 1),
    center: (t) => offset + unit * 0.26 * path(t * 0.85),
    // The width passes close to zero where the band turns over.
    halfWidth: (t) => base * (0.62 + 0.5 * swell(t * 0.9)),
    sheen: (t) => 0.5 + 0.34 * sheen(t),
  };
}

function paintRibbon(scene: Scene, ribbon: Ribbon, length: number): void {
  const { context, palette, unit } = scene;
  const edge = (across: number, t: number, drop: number): [number, number] => [
    (t - 0.5) * length,
    ribbon.center(t) + ribbon.halfWidth(t) * across + drop,
  ];
  const band = (from: number, to: number, drop: number): void => {
    context.beginPath();
    for (let step = 0; step <= STEPS; step += 1) context.lineTo(...edge(from, step / STEPS, drop));
    for (let step = STEPS; step >= 0; step -= 1) context.lineTo(...edge(to, step / STEPS, drop));
    context.closePath();
    context.fill();
  };
  for (let layer = 6; layer >= 1; layer -= 1) {
    context.fillStyle = css({ ...palette.at(0), l: 0.12 }, 0.045);
    band(-1, 1, unit * 0.006 * layer);
  }
  for (let strip = 0; strip < STRIPS; strip += 1) {
    const from = (strip / STRIPS) * 2 - 1;
    // Strips overlap by half, or the seams between them would show.
    const to = Math.min(1, from + 3 / STRIPS);
    const gradient = context.createLinearGradient(-length / 2, 0, length / 2, 0);
    for (let stop = 0; stop <= 12; stop += 1) {
      const t = stop / 12;
      const light = Math.exp(-(((strip / STRIPS - ribbon.sheen(t)) / 0.2) ** 2));
      const body = palette.at(ribbon.tone - 0.12 * (strip / STRIPS) + 0.1 * Math.sin(t * 7));
      gradient.addColorStop(t, css(mix(body, palette.at(Math.min(1, ribbon.tone + 0.34)), light * 0.8)));
    }
    context.fillStyle = gradient;
    band(from, to, 0);
  }
}
