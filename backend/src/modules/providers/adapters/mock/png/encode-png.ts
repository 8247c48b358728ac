import { compressStrip, joinChecksums, type CompressedStrip } from './compress-strip.js';
import { filterRows } from './filter-rows.js';
import { joinChunks, pngHeader } from './png-chunks.js';

/**
 * Filtered bytes in one strip. Strips are compressed each for itself, side by side on the thread pool; shorter ones
 * would give the compressor less to work on, longer ones would leave less to do side by side.
 */
const STRIP_BYTES = 2_000_000;

/** Strips that wait or are compressed at once, which bounds the memory and keeps the compressor busy. */
const STRIPS_IN_FLIGHT = 3;

/** What surrounds the pieces in the zlib stream: the header with the usual 32 KiB window, and an empty last block. */
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/**
 * Encodes opaque pixels as an 8-bit RGB PNG, several times faster than libpng at about its size.
 *
 * The image is cut into strips of rows. Each strip becomes a piece of one deflate stream that ends on a byte boundary,
 * so the pieces can be made independently and still be joined into the single zlib stream that PNG demands.
 * @param pixels one 32-bit number a pixel, 0x__RRGGBB, row after row; the top byte is ignored
 */
export async function encodePng(pixels: Int32Array, width: number, height: number): Promise<Buffer<ArrayBuffer>> {
  if (pixels.length !== width * height) throw new RangeError('There must be exactly one number for each pixel.');
  const rowBytes = 1 + width * 3;
  const rowsPerStrip = Math.min(height, Math.max(1, Math.floor(STRIP_BYTES / rowBytes)));
  const buffers = Array.from({ length: STRIPS_IN_FLIGHT }, () => Buffer.allocUnsafeSlow(rowsPerStrip * rowBytes));
  const strips: Promise<CompressedStrip>[] = [];
  for (let row = 0; row < height; row += rowsPerStrip) {
    const index = strips.length;
    // A buffer is used again once what was in it before has been compressed.
    await strips[index - STRIPS_IN_FLIGHT];
    const rows = Math.min(rowsPerStrip, height - row);
    const filtered = buffers[index % STRIPS_IN_FLIGHT]!.subarray(0, rows * rowBytes);
    filterRows(pixels, width, row, rows, filtered);
    const strip = compressStrip(filtered);
    // A failure is met where the strip is awaited; until then it must not count as unhandled.
    strip.catch(() => undefined);
    strips.push(strip);
  }
  const compressed = await Promise.all(strips);
  const checksum = compressed.reduce(
    (joined, strip, index) =>
      joinChecksums(joined, strip.checksum, Math.min(rowsPerStrip, height - index * rowsPerStrip) * rowBytes),
    1,
  );
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(checksum);
  const pieces = compressed.map(({ piece }) => piece);
  return joinChunks(pngHeader(width, height), [ZLIB_HEADER, ...pieces, LAST_BLOCK, trailer]);
}
