/**
 * The PNG row filters that are used, by the number that stands before each filtered row.
 * The dearer ones would make a few per cent of size out of a third more time.
 */
const FILTER = { sub: 1, up: 2 } as const;
type Filter = (typeof FILTER)[keyof typeof FILTER];

/** Every n-th pixel of a row is looked at to choose its filter; more would cost more than it saves. */
const SAMPLE_STEP = 16;

/** High bit, and the seven low bits, of each of the four bytes in a pixel. */
const HIGH = 0x80808080 | 0;
const LOW = 0x7f7f7f7f;

/**
 * Turns rows of opaque pixels into filtered PNG rows of 8-bit RGB.
 * @param pixels one 32-bit number a pixel, 0x__RRGGBB, row after row
 * @param out receives `(1 + width * 3)` bytes a row
 */
export function filterRows(
  pixels: Int32Array,
  width: number,
  firstRow: number,
  rowCount: number,
  out: Uint8Array,
): void {
  const stride = 1 + width * 3;
  const residuals = new Int32Array(width);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  for (let row = 0; row < rowCount; row += 1) {
    const start = (firstRow + row) * width;
    // Sub is the one that needs no row above.
    const filter = firstRow + row === 0 ? FILTER.sub : chooseFilter(pixels, start, width);
    PREDICTORS[filter](pixels, start, residuals);
    out[row * stride] = filter;
    packRow(residuals, view, row * stride + 1);
  }
}

/** Writes what is left of each pixel of a row once its prediction has been taken away, packed like the pixels. */
type Predictor = (pixels: Int32Array, start: number, residuals: Int32Array) => void;

const PREDICTORS: Record<Filter, Predictor> = {
  [FILTER.sub]: predictFromLeft,
  [FILTER.up]: predictFromAbove,
};

/** The filter with the smallest sum of residuals over a sample of the row. */
function chooseFilter(pixels: Int32Array, start: number, width: number): Filter {
  let sub = 0;
  let up = 0;
  for (let x = 1; x < width; x += SAMPLE_STEP) {
    const here = pixels[start + x]!;
    sub += magnitude(subtract(here, pixels[start + x - 1]!));
    up += magnitude(subtract(here, pixels[start + x - width]!));
  }
  return up <= sub ? FILTER.up : FILTER.sub;
}

/** How far the three residuals of a pixel are from zero, either way round, added up. */
function magnitude(residual: number): number {
  // Moved to the top of the number, a byte has its sign where the number has it.
  return Math.abs((residual << 8) >> 24) + Math.abs((residual << 16) >> 24) + Math.abs((residual << 24) >> 24);
}

/** Bytewise `a - b` modulo 256 on all four bytes at once. */
function subtract(a: number, b: number): number {
  return ((a | HIGH) - (b & LOW)) ^ ((a ^ ~b) & HIGH);
}

function predictFromLeft(pixels: Int32Array, start: number, residuals: Int32Array): void {
  let left = 0;
  for (let x = 0; x < residuals.length; x += 1) {
    const here = pixels[start + x]!;
    residuals[x] = subtract(here, left);
    left = here;
  }
}

function predictFromAbove(pixels: Int32Array, start: number, residuals: Int32Array): void {
  const above = start - residuals.length;
  for (let x = 0; x < residuals.length; x += 1) residuals[x] = subtract(pixels[start + x]!, pixels[above + x]!);
}

/** Lays residuals out as bytes, three a pixel; four pixels are three 32-bit writes instead of twelve single ones. */
function packRow(residuals: Int32Array, view: DataView, offset: number): void {
  const width = residuals.length;
  let to = offset;
  let x = 0;
  for (; x + 3 < width; x += 4) {
    const second = residuals[x + 1]!;
    const third = residuals[x + 2]!;
    view.setInt32(to, (residuals[x]! << 8) | ((second >>> 16) & 0xff));
    view.setInt32(to + 4, (second << 16) | ((third >>> 8) & 0xffff));
    view.setInt32(to + 8, (third << 24) | (residuals[x + 3]! & 0xffffff));
    to += 12;
  }
  for (; x < width; x += 1) {
    view.setInt16(to, residuals[x]! >> 8);
    view.setInt8(to + 2, residuals[x]!);
    to += 3;
  }
}
