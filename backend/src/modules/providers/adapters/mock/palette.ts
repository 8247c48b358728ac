import { mix, type Oklch } from './oklch.js';
import type { Random } from './random.js';

/** Six colours that belong together, from the darkest to the lightest. */
export class Palette {
  private readonly colors: readonly Oklch[];

  constructor(colors: readonly Oklch[]) {
    this.colors = colors;
  }

  /** The colour at `t`, from 0 (darkest) to 1 (lightest), blended between its neighbours. */
  at(t: number): Oklch {
    const last = this.colors.length - 1;
    const position = Math.min(1, Math.max(0, t)) * last;
    const index = Math.min(last - 1, Math.floor(position));
    const [low, high] = [this.colors[index], this.colors[index + 1]];
    if (low === undefined || high === undefined) throw new RangeError('A palette needs at least two colours.');
    return mix(low, high, position - index);
  }
}

type Stop = readonly [lightness: number, chroma: number, hue: number];
type Stops = readonly [Stop, Stop, Stop, Stop, Stop, Stop];

/** Chosen by eye: each has a deep dark, two bodies of colour, one accent and a tinted light. */
const SCHEMES: readonly [Stops, ...Stops[]] = [
  [
    [0.21, 0.06, 285],
    [0.38, 0.13, 303],
    [0.56, 0.19, 352],
    [0.7, 0.17, 28],
    [0.84, 0.12, 70],
    [0.95, 0.04, 90],
  ], // dusk
  [
    [0.2, 0.05, 245],
    [0.37, 0.09, 228],
    [0.55, 0.11, 205],
    [0.72, 0.11, 185],
    [0.85, 0.09, 165],
    [0.96, 0.04, 110],
  ], // lagoon
  [
    [0.22, 0.04, 165],
    [0.4, 0.09, 152],
    [0.58, 0.13, 142],
    [0.74, 0.14, 122],
    [0.87, 0.12, 102],
    [0.96, 0.04, 95],
  ], // meadow
  [
    [0.19, 0.05, 20],
    [0.36, 0.13, 25],
    [0.55, 0.2, 32],
    [0.7, 0.17, 50],
    [0.84, 0.13, 78],
    [0.95, 0.05, 88],
  ], // ember
  [
    [0.2, 0.08, 280],
    [0.37, 0.17, 285],
    [0.54, 0.2, 297],
    [0.69, 0.15, 318],
    [0.83, 0.09, 345],
    [0.96, 0.03, 30],
  ], // iris
  [
    [0.23, 0.03, 252],
    [0.4, 0.06, 245],
    [0.58, 0.08, 232],
    [0.74, 0.07, 212],
    [0.83, 0.11, 60],
    [0.96, 0.03, 85],
  ], // nordic
  [
    [0.22, 0.05, 220],
    [0.44, 0.09, 202],
    [0.64, 0.11, 182],
    [0.72, 0.17, 45],
    [0.84, 0.14, 85],
    [0.96, 0.04, 95],
  ], // citrus
  [
    [0.24, 0.07, 350],
    [0.42, 0.14, 0],
    [0.6, 0.18, 10],
    [0.74, 0.13, 22],
    [0.86, 0.08, 42],
    [0.96, 0.03, 62],
  ], // rose
  [
    [0.17, 0.05, 266],
    [0.28, 0.09, 268],
    [0.45, 0.12, 270],
    [0.66, 0.1, 285],
    [0.82, 0.13, 84],
    [0.95, 0.05, 95],
  ], // midnight gold
  [
    [0.26, 0.04, 155],
    [0.45, 0.06, 152],
    [0.62, 0.07, 146],
    [0.68, 0.12, 42],
    [0.82, 0.08, 62],
    [0.95, 0.03, 85],
  ], // sage and clay
];

/** Degrees by which a scheme is turned at most, so that two pictures in one scheme still differ. */
const HUE_TURN = 9;

export function pickPalette(random: Random): Palette {
  const stops = random.pick(SCHEMES);
  const turn = random.between(-HUE_TURN, HUE_TURN);
  return new Palette(stops.map(([l, c, h]) => ({ l, c, h: h + turn })));
}
