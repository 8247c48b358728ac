import { constants, createDeflate } from 'node:zlib';

/** Prime modulus of Adler-32. */
const MODULUS = 65_521;

/** Bytes around the piece in a zlib stream: its header before; an empty last block and the checksum behind. */
const HEADER_BYTES = 2;
const TRAILER_BYTES = 6;

const MIN_CHUNK_BYTES = 16_384;

export interface CompressedStrip {
  /** Deflate blocks that end on a byte boundary, none of them the last: pieces can be joined as they are. */
  readonly piece: Buffer;
  /** Adler-32 of the bytes that were compressed. */
  readonly checksum: number;
}

/**
 * Compresses filtered rows on the thread pool, into a piece of a longer deflate stream.
 * They become a zlib stream of their own, because zlib takes the checksum on the way, many times faster than a loop
 * here could; then the stream is stripped of what makes it one.
 */
export function compressStrip(rows: Buffer): Promise<CompressedStrip> {
  const { promise, resolve, reject } = Promise.withResolvers<CompressedStrip>();
  const deflate = createDeflate({
    level: 1,
    // Filtered rows repeat themselves from one byte to the next: looking only there is both faster and smaller here.
    strategy: constants.Z_RLE,
    // Brings the blocks to a byte boundary, with nothing in them that refers to an earlier piece.
    flush: constants.Z_FULL_FLUSH,
    // Most strips fit into one such chunk, so there is one trip to the thread pool for each, not one for each 16 KiB.
    chunkSize: Math.max(MIN_CHUNK_BYTES, rows.length >> 1),
  });
  const chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  deflate.on('error', reject);
  deflate.on('end', () => {
    const stream = Buffer.concat(chunks);
    resolve({
      piece: stream.subarray(HEADER_BYTES, -TRAILER_BYTES),
      checksum: stream.readUInt32BE(stream.length - 4),
    });
  });
  // Ended only afterwards: a stream that knows its last bytes would not flush them in a way that can be continued.
  deflate.write(rows, () => deflate.end());
  return promise;
}

/** Adler-32 of two runs of bytes, one after the other, from that of each and the length of the second. */
export function joinChecksums(first: number, second: number, secondLength: number): number {
  const [a1, b1, a2, b2] = [first & 0xffff, first >>> 16, second & 0xffff, second >>> 16];
  const a = (a1 + a2 + MODULUS - 1) % MODULUS;
  // Each of the second run's sums starts from the first run's, less the 1 that every run starts with.
  const b = (b1 + b2 + (secondLength % MODULUS) * (a1 + MODULUS - 1)) % MODULUS;
  return ((b << 16) | a) >>> 0;
}
