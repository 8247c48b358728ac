import { rgbaToThumbHash } from 'thumbhash';

/** Longest edge that a thumbhash is made from: it keeps seven waves across at most. */
const EDGE = 24;

/** A point of the small picture is the mean of so many pixels across and down: enough for what is kept of it. */
const SAMPLES = 4;

export interface SrgbPixels {
  /** Row by row: red, green, blue and, where there are four channels, alpha. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** The thumbhash in base64. */
export function thumbhashOf(pixels: SrgbPixels): string {
  const scale = Math.min(1, EDGE / Math.max(pixels.width, pixels.height));
  const width = Math.max(1, Math.round(pixels.width * scale));
  const height = Math.max(1, Math.round(pixels.height * scale));
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const rows = spread(y, height, pixels.height);
    for (let x = 0; x < width; x += 1) {
      rgba.set(meanOf(pixels, rows, spread(x, width, pixels.width)), (y * width + x) * 4);
    }
  }
  return Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64');
}

/** Where the samples of a point lie, evenly over its part of the edge. */
function spread(point: number, points: number, edge: number): number[] {
  return Array.from({ length: SAMPLES }, (_, at) => Math.floor(((point + (at + 0.5) / SAMPLES) * edge) / points));
}

/** Colours count as much as they are seen. */
function meanOf({ data, width, channels }: SrgbPixels, rows: readonly number[], columns: readonly number[]): number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const row of rows) {
    for (const column of columns) {
      const at = (row * width + column) * channels;
      const weight = channels === 4 ? data.readUInt8(at + 3) : 255;
      red += data.readUInt8(at) * weight;
      green += data.readUInt8(at + 1) * weight;
      blue += data.readUInt8(at + 2) * weight;
      alpha += weight;
    }
  }
  const seen = Math.max(1, alpha);
  return [red / seen, green / seen, blue / seen, alpha / (rows.length * columns.length)];
}
