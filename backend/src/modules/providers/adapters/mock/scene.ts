import type { CanvasRenderingContext2D } from 'canvas';
import { css } from './oklch.js';
import type { Palette } from './palette.js';
import type { Random } from './random.js';

/** What a composition paints on and with. Lengths are in pixels: express them in `unit`, so every size looks alike. */
export interface Scene {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** The short edge. */
  readonly unit: number;
  readonly random: Random;
  readonly palette: Palette;
}

/** Fills the whole canvas, edge to edge. */
export type Composition = (scene: Scene) => void;

/** Stops that follow the palette closely enough for the blend between them not to be seen. */
const WASH_STOPS = 8;

/** A vertical wash over the whole canvas, from palette position `top` to `bottom`. */
export function wash({ context, width, height, palette }: Scene, top: number, bottom: number): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  for (let step = 0; step <= WASH_STOPS; step += 1) {
    const t = step / WASH_STOPS;
    gradient.addColorStop(t, css(palette.at(top + (bottom - top) * t)));
  }
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

/** A soft light around a point that fades out at `radius`. */
export function glow(scene: Scene, x: number, y: number, radius: number, tone: number, strength: number): void {
  const { context, palette } = scene;
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  for (let step = 0; step <= WASH_STOPS; step += 1) {
    const t = step / WASH_STOPS;
    gradient.addColorStop(t, css(palette.at(tone), strength * (1 - t) ** 2));
  }
  context.fillStyle = gradient;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}
