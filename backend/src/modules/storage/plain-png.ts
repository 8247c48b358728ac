import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createInflate } from 'node:zlib';
import { IMAGE_MAX_PIXELS } from './image-limits.js';

export interface PlainPng {
  readonly width: number;
  readonly height: number;
}

interface Layout extends PlainPng {
  /** Of one row as it is packed, its filter included. */
  readonly rowBytes: number;
  /** The parts of the packed pixels, in order. */
  readonly packed: readonly Buffer[];
}

/** Numbers in a pixel, by type of colour. Palettes are not among them: their pixels can point to nothing. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/** What neither turns an image, nor moves it, nor changes how its pixels are read. */
const HARMLESS = new Set([
  'gAMA',
  'cHRM',
  'sRGB',
  'cICP',
  'pHYs',
  'sBIT',
  'bKGD',
  'tIME',
  'tEXt',
  'zTXt',
  'iTXt',
  'caBX',
]);

const EDGE_MAX = 65_535;
const FILTER_MAX = 4;
const SIGNATURE_BYTES = 8;
/** Packed and unpacked pixels that are taken at once, as an ordinary image is; larger ones come in pieces of this size. */
const PIECE_BYTES = 4 * 1024 * 1024;
const LARGE_BYTES = 256 * 1024;

/**
 * Proves that a PNG of the plain kind, as image models write it, can be decoded to its last pixel, for half of what
 * decoding costs: every checksum is right, and the pixels unpack to as many rows as there must be, each with a filter
 * that exists. From there on decoding is arithmetic, and can't fail.
 * @param bytes one whole PNG and nothing else, by its structure
 * @returns undefined for anything that is not proven: another kind, or a damaged one
 */
export async function provePlainPng(bytes: Buffer): Promise<PlainPng | undefined> {
  const layout = readLayout(bytes);
  if (layout === undefined || !(await unpacksToRows(layout))) return undefined;
  return { width: layout.width, height: layout.height };
}

function readLayout(bytes: Buffer): Layout | undefined {
  const packed: Buffer[] = [];
  let header: Omit<Layout, 'packed'> | undefined;
  let previous = '';
  for (let offset = SIGNATURE_BYTES; offset < bytes.length;) {
    const content = offset + 8;
    const end = content + bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, content);
    if (crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32BE(end)) return undefined;
    if (previous === '') {
      if (type !== 'IHDR') return undefined;
      header = readHeader(bytes.subarray(content, end));
      if (header === undefined) return undefined;
    } else if (type === 'IDAT') {
      if (packed.length > 0 && previous !== 'IDAT') return undefined;
      packed.push(bytes.subarray(content, end));
    } else if (type !== 'IEND' && !HARMLESS.has(type)) {
      return undefined;
    }
    previous = type;
    offset = end + 4;
  }
  return header && { ...header, packed };
}

function readHeader(header: Buffer): Omit<Layout, 'packed'> | undefined {
  if (header.length !== 13) return undefined;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth = 0, colour = 0, compression, filter, interlacing] = header.subarray(8);
  const channels = CHANNELS[colour];
  if (channels === undefined || depth !== 8 || compression !== 0 || filter !== 0 || interlacing !== 0) return undefined;
  const isSane = width > 0 && height > 0 && Math.max(width, height) <= EDGE_MAX && width * height <= IMAGE_MAX_PIXELS;
  return isSane ? { width, height, rowBytes: 1 + width * channels } : undefined;
}

async function unpacksToRows({ packed, rowBytes, height }: Layout): Promise<boolean> {
  const expected = rowBytes * height;
  // A byte more than there should be: whether any comes behind is seen without another turn.
  const inflate = createInflate({ chunkSize: Math.min(Math.max(expected + 1, constants.Z_MIN_CHUNK), PIECE_BYTES) });
  let length = 0;
  let last: Buffer | undefined;
  try {
    await pipeline(Readable.from(gathered(packed)), inflate, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        length += chunk.length;
        if (length > expected || !hasFilters(chunk, length - chunk.length, rowBytes)) throw new Error('Not plain');
        last = chunk;
      }
    });
  } catch {
    // Not proven. Whoever decodes it says what is wrong with it.
    return false;
  }
  if (last) giveBack(last);
  return length === expected;
}

/**
 * Gives large memory that nobody uses any more back now. Until the engine finds that out, it would count the memory, and
 * search its heap for garbage the more often.
 */
function giveBack({ buffer }: Buffer): void {
  // Smaller ones may share their memory with others.
  if (buffer.byteLength >= LARGE_BYTES && 'transfer' in buffer) buffer.transfer(0);
}

/** Some encoders cut the packed pixels into hundreds of small parts, each of which would have a turn on another thread. */
function gathered(packed: readonly Buffer[]): readonly Buffer[] {
  const bytes = packed.reduce((sum, { length }) => sum + length, 0);
  return packed.length > 1 && bytes <= PIECE_BYTES ? [Buffer.concat(packed, bytes)] : packed;
}

/** Each row begins with the number of its filter. */
function hasFilters(chunk: Buffer, start: number, rowBytes: number): boolean {
  for (let at = (rowBytes - (start % rowBytes)) % rowBytes; at < chunk.length; at += rowBytes) {
    if (chunk.readUInt8(at) > FILTER_MAX) return false;
  }
  return true;
}
