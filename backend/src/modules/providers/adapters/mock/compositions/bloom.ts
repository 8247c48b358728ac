import { css, mix } from '../oklch.js';
import { glow, wash, type Composition, type Scene } from '../scene.js';

/** A great flower of translucent petals, opened towards the viewer. */
export const bloom: Composition = (scene) => {
  const { context, random, width, height, unit } = scene;
  const isDark = random.chance(0.6);
  if (isDark) wash(scene, 0.02, 0.18);
  else wash(scene, 1, 0.86);
  const [x, y] = [width * random.between(0.45, 0.6), height * random.between(0.38, 0.48)];
  glow(scene, x, y, unit * 0.8, isDark ? 0.42 : 0.92, 0.7);
  const rings = random.whole(5, 6);
  const petals = random.whole(9, 14);
  const roundness = random.between(0.3, 0.46);
  for (let ring = 0; ring < rings; ring += 1) {
    const depth = ring / (rings - 1);
    const reach = unit * (0.62 - 0.46 * depth);
    for (let petal = 0; petal < petals; petal += 1) {
      context.save();
      context.translate(x, y);
      context.rotate(((petal + (ring % 2) * 0.5) / petals) * Math.PI * 2 + ring * 0.06);
      paintPetal(scene, reach, reach * roundness, depth, isDark);
      context.restore();
    }
  }
  heart(scene, x, y);
};

function paintPetal(
  { context, palette, unit }: Scene,
  reach: number,
  breadth: number,
  depth: number,
  isDark: boolean,
): void {
  const tone = isDark ? 0.26 + 0.56 * depth : 0.68 - 0.4 * depth;
  const body = context.createLinearGradient(0, 0, reach, 0);
  body.addColorStop(0, css(palette.at(Math.max(0, tone - 0.2)), 0.9));
  body.addColorStop(0.55, css(palette.at(tone), 0.72));
  body.addColorStop(1, css(mix(palette.at(tone), palette.at(1), 0.4), 0.85));
  context.fillStyle = body;
  context.beginPath();
  context.moveTo(0, 0);
  context.bezierCurveTo(reach * 0.32, -breadth, reach * 0.82, -breadth * 0.9, reach, 0);
  context.bezierCurveTo(reach * 0.82, breadth * 0.9, reach * 0.32, breadth, 0, 0);
  context.fill();
  context.strokeStyle = css(palette.at(1), 0.3);
  context.lineWidth = unit * 0.0012;
  context.stroke();
  for (let vein = -2; vein <= 2; vein += 1) {
    context.strokeStyle = css(palette.at(1), 0.12);
    context.beginPath();
    context.moveTo(reach * 0.12, 0);
    context.quadraticCurveTo(reach * 0.55, breadth * 0.26 * vein, reach * 0.9, breadth * 0.1 * vein);
    context.stroke();
  }
}

/** Seeds in the spiral of a sunflower: each a golden angle on from the last. */
function heart({ context, palette, unit }: Scene, x: number, y: number): void {
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  for (let seed = 0; seed < 130; seed += 1) {
    const distance = unit * 0.0078 * Math.sqrt(seed);
    context.fillStyle = css(palette.at(0.98 - (seed / 130) * 0.3));
    context.beginPath();
    const [cos, sin] = [Math.cos(seed * goldenAngle), Math.sin(seed * goldenAngle)];
    context.arc(x + distance * cos, y + distance * sin, unit * (0.0022 + 0.000012 * seed), 0, Math.PI * 2);
    context.fill();
  }
}
