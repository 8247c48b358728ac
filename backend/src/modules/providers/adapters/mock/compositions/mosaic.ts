import { css } from '../oklch.js';
import type { Random } from '../random.js';
import type { Composition, Scene } from '../scene.js';

interface Tile {
  readonly context: Scene['context'];
  readonly size: number;
  readonly ground: string;
  readonly ink: string;
  readonly accent: string;
}

/** What a tile may show, drawn in a square whose corner is the origin. */
const MOTIFS: readonly [Motif, ...Motif[]] = [quarter, quarter, arches, rings, leaf, halves, dots, steps];
type Motif = (tile: Tile) => void;

/** A wall of geometric tiles in the manner of the modernists. */
export const mosaic: Composition = (scene) => {
  const { context, random, palette, width, height, unit } = scene;
  const size = unit / random.whole(5, 7);
  const tones: [number, ...number[]] = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const columns = Math.ceil(width / size);
  const rows = Math.ceil(height / size);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [ground, ink, accent] = threeTones(random, tones);
      context.save();
      context.beginPath();
      // Whole pixels, or the ground would shine through between two tiles.
      const [left, top] = [Math.floor(column * size), Math.floor(row * size)];
      context.rect(left, top, Math.ceil(size) + 1, Math.ceil(size) + 1);
      context.clip();
      context.fillStyle = css(palette.at(ground));
      context.fillRect(left, top, size + 2, size + 2);
      context.translate(left + size / 2, top + size / 2);
      context.rotate((random.whole(0, 3) * Math.PI) / 2);
      context.translate(-size / 2, -size / 2);
      const draw = random.pick(MOTIFS);
      draw({
        context,
        size,
        ground: css(palette.at(ground)),
        ink: css(palette.at(ink)),
        accent: css(palette.at(accent)),
      });
      context.restore();
    }
  }
};

/** Three tones that stand apart from each other. */
function threeTones(random: Random, tones: readonly [number, ...number[]]): [number, number, number] {
  const ground = random.pick(tones);
  let ink = random.pick(tones);
  while (Math.abs(ink - ground) < 0.3) ink = random.pick(tones);
  let accent = random.pick(tones);
  while (accent === ink || accent === ground) accent = random.pick(tones);
  return [ground, ink, accent];
}

function disc({ context }: Tile, x: number, y: number, radius: number, fill: string): void {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

function quarter(tile: Tile): void {
  disc(tile, 0, 0, tile.size, tile.ink);
  disc(tile, 0, 0, tile.size * 0.5, tile.accent);
}

function arches(tile: Tile): void {
  for (let arch = 0; arch < 5; arch += 1)
    disc(tile, 0, 0, tile.size * (1 - arch * 0.2), arch % 2 ? tile.ground : tile.ink);
}

function rings(tile: Tile): void {
  const middle = tile.size / 2;
  disc(tile, middle, middle, tile.size * 0.42, tile.ink);
  disc(tile, middle, middle, tile.size * 0.27, tile.ground);
  disc(tile, middle, middle, tile.size * 0.13, tile.accent);
}

function leaf(tile: Tile): void {
  const { context, size } = tile;
  context.fillStyle = tile.ink;
  context.beginPath();
  context.arc(0, size, size, -Math.PI / 2, 0);
  context.arc(size, 0, size, Math.PI / 2, Math.PI);
  context.closePath();
  context.fill();
  disc(tile, size * 0.5, size * 0.5, size * 0.1, tile.accent);
}

function halves(tile: Tile): void {
  const { context, size } = tile;
  [0, 0.5].forEach((offset, index) => {
    context.fillStyle = index === 0 ? tile.ink : tile.accent;
    context.beginPath();
    context.arc(size * (offset + 0.5), size / 2, size / 2, Math.PI / 2, (Math.PI * 3) / 2);
    context.closePath();
    context.fill();
  });
}

function dots(tile: Tile): void {
  for (let dot = 0; dot < 9; dot += 1) {
    const [column, row] = [dot % 3, Math.floor(dot / 3)];
    disc(
      tile,
      (tile.size * (column + 0.5)) / 3,
      (tile.size * (row + 0.5)) / 3,
      tile.size * 0.09,
      dot === 4 ? tile.accent : tile.ink,
    );
  }
}

function steps(tile: Tile): void {
  const { context, size } = tile;
  for (let step = 0; step < 4; step += 1) {
    context.fillStyle = step % 2 ? tile.accent : tile.ink;
    context.fillRect((size * step) / 4, (size * (3 - step)) / 4, size / 4, (size * (step + 1)) / 4);
  }
}
