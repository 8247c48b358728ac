import { css, mix } from '../oklch.js';
import { glow, wash, type Composition, type Scene } from '../scene.js';

const RIDGES = 7;

/** Points along a ridge; enough for its curve to be smooth at 4096 pixels. */
const STEPS = 160;

/** Ridges behind ridges under a low sun, paler the farther they are. */
export const dunes: Composition = (scene) => {
  const { random, height } = scene;
  const isNight = random.chance(0.4);
  if (isNight) wash(scene, 0.02, 0.62);
  else wash(scene, 0.74, 1);
  const horizon = height * random.between(0.34, 0.46);
  if (isNight) stars(scene, horizon);
  sun(scene, horizon, isNight);
  for (let ridge = 0; ridge < RIDGES; ridge += 1) paintRidge(scene, horizon, ridge / (RIDGES - 1), isNight);
};

function sun(scene: Scene, horizon: number, isNight: boolean): void {
  const { context, random, palette, width, unit } = scene;
  const x = width * (random.chance(0.5) ? random.between(0.2, 0.38) : random.between(0.62, 0.8));
  const radius = unit * random.between(0.09, 0.14);
  const y = horizon - radius * random.between(0.35, 1.3);
  glow(scene, x, y, radius * 4.5, isNight ? 0.75 : 1, 0.6);
  const disc = context.createLinearGradient(0, y - radius, 0, y + radius);
  disc.addColorStop(0, css(palette.at(isNight ? 1 : 0.62)));
  disc.addColorStop(1, css(palette.at(isNight ? 0.82 : 0.78)));
  context.fillStyle = disc;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

function stars({ context, random, palette, width, unit }: Scene, horizon: number): void {
  for (let star = 0; star < 150; star += 1) {
    const y = horizon * random.next() ** 1.4;
    context.fillStyle = css(palette.at(1), random.between(0.2, 0.9) * (1 - y / horizon));
    context.beginPath();
    context.arc(width * random.next(), y, unit * random.between(0.0006, 0.0018), 0, Math.PI * 2);
    context.fill();
  }
}

/** @param depth 0 for the farthest ridge, 1 for the nearest */
function paintRidge(scene: Scene, horizon: number, depth: number, isNight: boolean): void {
  const { context, random, palette, width, height, unit } = scene;
  const curve = random.wave(3);
  const reach = width / unit;
  const base = horizon + (height * 1.02 - horizon) * depth ** 1.35 * 0.82;
  const rise = unit * (0.055 + 0.1 * depth);
  const spread = 1 - 0.45 * depth;
  const ridge = Array.from({ length: STEPS + 1 }, (_, step) => {
    const t = step / STEPS;
    return { x: width * t, y: base + rise * curve(t * reach * spread) };
  });
  const light = isNight ? 0.58 - 0.56 * depth : 0.76 - 0.74 * depth;
  const body = context.createLinearGradient(0, base - rise, 0, base + (height - horizon) * 0.42);
  body.addColorStop(0, css(mix(palette.at(light + 0.13), palette.at(0.78), 0.3 * (1 - depth))));
  body.addColorStop(0.35, css(palette.at(light)));
  body.addColorStop(1, css(palette.at(Math.max(0, light - 0.16))));
  context.fillStyle = body;
  trace(scene, ridge, 0);
  context.lineTo(width, height);
  context.lineTo(0, height);
  context.closePath();
  context.fill();
  // Wind lines that follow the ridge and fade on the way down.
  const lines = 5 + Math.round(depth * 7);
  context.lineWidth = unit * (0.0009 + 0.0011 * depth);
  for (let line = 0; line < lines; line += 1) {
    context.strokeStyle = css(palette.at(light + 0.24), 0.5 * (1 - line / lines) ** 1.6);
    trace(scene, ridge, unit * (0.0006 + (0.007 + 0.008 * depth) * line * (1 + line * 0.09)));
    context.stroke();
  }
}

function trace({ context }: Scene, ridge: readonly { x: number; y: number }[], drop: number): void {
  context.beginPath();
  ridge.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y + drop) : context.lineTo(x, y + drop)));
}
