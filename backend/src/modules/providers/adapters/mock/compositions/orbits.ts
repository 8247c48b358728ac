import { css } from '../oklch.js';
import { glow, wash, type Composition, type Scene } from '../scene.js';

const TURN = Math.PI * 2;

/** Rings and planets around a star that stands off-centre. */
export const orbits: Composition = (scene) => {
  const { random, width, height, unit } = scene;
  wash(scene, 0, 0.17);
  const x = width * random.between(0.56, 0.7);
  const y = height * random.between(0.34, 0.46);
  glow(scene, x, y, unit * 0.95, 0.5, 0.7);
  dust(scene);
  const rings = random.whole(6, 8);
  for (let ring = 1; ring <= rings; ring += 1) paintRing(scene, x, y, unit * (0.1 + 0.105 * ring), ring / rings);
  glow(scene, x, y, unit * 0.26, 0.8, 0.9);
  sphere(scene, x, y, unit * 0.075, 0.86, 0);
};

function dust({ context, random, palette, width, height, unit }: Scene): void {
  for (let grain = 0; grain < 190; grain += 1) {
    context.fillStyle = css(palette.at(random.between(0.75, 1)), random.between(0.12, 0.7));
    context.beginPath();
    context.arc(width * random.next(), height * random.next(), unit * random.between(0.0006, 0.0021), 0, TURN);
    context.fill();
  }
}

/** @param distance of the ring from the star, 0–1 */
function paintRing(scene: Scene, x: number, y: number, radius: number, distance: number): void {
  const { context, random, palette, unit } = scene;
  context.strokeStyle = css(palette.at(0.85), 0.28);
  context.lineWidth = unit * 0.0016;
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.stroke();
  // A brighter stretch, round at its ends, as if a body had drawn it behind itself.
  const start = random.between(0, TURN);
  const stretch = random.between(0.5, 2.2);
  const tone = random.between(0.38, 0.95);
  context.lineCap = 'round';
  context.lineWidth = unit * random.between(0.004, 0.013);
  const pieces = 48;
  for (let piece = 0; piece < pieces; piece += 1) {
    context.strokeStyle = css(palette.at(tone), piece === pieces - 1 ? 1 : 0.03 + 0.2 * (piece / pieces) ** 2);
    const from = start + (stretch * piece) / pieces;
    context.beginPath();
    context.arc(x, y, radius, from, start + stretch);
    if (piece < pieces - 1) context.stroke();
  }
  const end = start + stretch;
  const size = unit * random.between(0.014, 0.036) * (0.7 + 0.6 * distance);
  sphere(scene, x + radius * Math.cos(end), y + radius * Math.sin(end), size, tone, end);
  if (random.chance(0.4)) {
    const other = start + Math.PI * random.between(0.8, 1.4) + stretch / 2;
    sphere(scene, x + radius * Math.cos(other), y + radius * Math.sin(other), size * 0.4, 1 - tone * 0.4, other);
  }
}

/** A ball lit from the star; `bearing` is the angle under which the star sees it. */
function sphere(scene: Scene, x: number, y: number, radius: number, tone: number, bearing: number): void {
  const { context, palette } = scene;
  const [lightX, lightY] = [x - radius * 0.45 * Math.cos(bearing), y - radius * 0.45 * Math.sin(bearing)];
  const shade = context.createRadialGradient(lightX, lightY, radius * 0.1, lightX, lightY, radius * 1.6);
  shade.addColorStop(0, css(palette.at(Math.min(1, tone + 0.22))));
  shade.addColorStop(0.45, css(palette.at(tone)));
  shade.addColorStop(1, css(palette.at(Math.max(0.05, tone - 0.45))));
  context.fillStyle = shade;
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.fill();
}
