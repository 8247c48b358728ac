import { createCanvas } from 'canvas';
import { aurora } from './compositions/aurora.js';
import { bloom } from './compositions/bloom.js';
import { dunes } from './compositions/dunes.js';
import { mosaic } from './compositions/mosaic.js';
import { orbits } from './compositions/orbits.js';
import { papercut } from './compositions/papercut.js';
import { ribbons } from './compositions/ribbons.js';
import { drawLabel } from './label.js';
import { pickPalette } from './palette.js';
import { Random } from './random.js';
import type { Composition } from './scene.js';

export interface Artwork {
  readonly width: number;
  readonly height: number;
  readonly prompt: string;
  /** Varies the picture of one prompt; null for the prompt's own. */
  readonly seed: number | null;
}

const COMPOSITIONS: readonly [Composition, ...Composition[]] = [
  dunes,
  aurora,
  orbits,
  ribbons,
  mosaic,
  papercut,
  bloom,
];

/**
 * Paints the picture that belongs to a prompt and a seed, with the prompt's beginning on a label.
 * @returns one 32-bit number a pixel, 0x__RRGGBB, row after row
 */
export function paintArtwork({ width, height, prompt, seed }: Artwork): Int32Array {
  const random = new Random(JSON.stringify([prompt, seed]));
  const paint = random.pick(COMPOSITIONS);
  const palette = pickPalette(random);
  const canvas = createCanvas(width, height);
  // Without an alpha channel no stroke can leave a hole in the picture.
  const context = canvas.getContext('2d', { alpha: false });
  const scene = { context, width, height, unit: Math.min(width, height), random, palette };
  context.save();
  paint(scene);
  context.restore();
  drawLabel(scene, prompt);
  const raw = canvas.toBuffer('raw');
  // Gives the surface back now instead of at some later collection of garbage.
  canvas.width = 1;
  canvas.height = 1;
  return new Int32Array(raw.buffer, raw.byteOffset, raw.byteLength / Int32Array.BYTES_PER_ELEMENT);
}
