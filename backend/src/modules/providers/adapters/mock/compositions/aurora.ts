import { createCanvas } from 'canvas';
import { css, toRgb } from '../oklch.js';
import { type Composition, type Scene } from '../scene.js';

/** Side of the small field that is enlarged to the canvas: smooth colour needs no more. */
const FIELD = 256;

const TONES = 256;

/** Colours that flow into each other like light on silk, with fine lines along the flow. */
export const aurora: Composition = (scene) => {
  const { context, width, height, random } = scene;
  const field = flowField(scene);
  const tones = Array.from({ length: TONES }, (_, tone) => toRgb(scene.palette.at(tone / (TONES - 1))));
  const small = createCanvas(FIELD, FIELD);
  const smallContext = small.getContext('2d');
  const image = smallContext.createImageData(FIELD, FIELD);
  for (let y = 0; y < FIELD; y += 1) {
    for (let x = 0; x < FIELD; x += 1) {
      const tone = field(x / (FIELD - 1), y / (FIELD - 1));
      const [red, green, blue] = tones[Math.round(tone * (TONES - 1))] ?? [0, 0, 0];
      image.data.set([red, green, blue, 255], (y * FIELD + x) * 4);
    }
  }
  smallContext.putImageData(image, 0, 0);
  context.patternQuality = 'bilinear';
  // The outermost pixels of the field lie beyond the canvas: enlarged, they blend with the nothing around them.
  const [bleedX, bleedY] = [width / (FIELD - 2), height / (FIELD - 2)];
  context.drawImage(small, -bleedX, -bleedY, width + 2 * bleedX, height + 2 * bleedY);
  silkLines(scene, random.between(0, Math.PI));
};

/** Brightness over the unit square, 0–1: waves within waves, so that the bands curl. */
function flowField({ random, width, height }: Scene): (x: number, y: number) => number {
  const [across, down] = [width / Math.min(width, height), height / Math.min(width, height)];
  const bend = { x: random.wave(3), y: random.wave(3) };
  const band = random.wave(2);
  const drift = random.wave(2);
  const angle = random.between(0.15, 1.35);
  const lift = random.between(0.44, 0.56);
  return (x, y) => {
    const [u, v] = [x * across, y * down];
    const du = u + 0.28 * bend.x(v * 0.55 + 0.3 * u);
    const dv = v + 0.28 * bend.y(u * 0.55 - 0.3 * v);
    const along = du * Math.cos(angle) + dv * Math.sin(angle);
    const aside = dv * Math.cos(angle) - du * Math.sin(angle);
    const value = lift + 0.4 * band(along * 0.8) + 0.24 * drift(aside * 0.7 + along * 0.2);
    return Math.min(1, Math.max(0, value));
  };
}

function silkLines({ context, random, palette, width, height, unit }: Scene, turn: number): void {
  const sway = random.wave(3);
  const lean = random.wave(2);
  const lines = 34;
  const spread = unit * random.between(0.5, 0.75);
  const middle = height * random.between(0.4, 0.6);
  context.lineWidth = unit * 0.0012;
  for (let line = 0; line < lines; line += 1) {
    const offset = line / (lines - 1) - 0.5;
    context.strokeStyle = css(palette.at(1), 0.34 * (1 - Math.abs(offset) * 1.7));
    context.beginPath();
    for (let step = 0; step <= 200; step += 1) {
      const t = step / 200;
      const fan = 0.25 + 0.75 * (0.5 + 0.5 * lean(t + turn));
      const y = middle + unit * 0.24 * sway(t * 0.8) + offset * spread * fan;
      if (step === 0) context.moveTo(0, y);
      else context.lineTo(width * t, y);
    }
    context.stroke();
  }
}
