import type { ImageExtension } from './image-keys.js';

/** Names of chunks, read as numbers. */
const [ACTL, IDAT, IEND] = [0x6163544c, 0x49444154, 0x49454e44];

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Tells a format by its first bytes alone. */
export function sniffImage(bytes: Buffer): ImageExtension | undefined {
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return 'png';
  if (bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xffd8ff) return 'jpg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'webp';
  return undefined;
}

/** Where the image ends by its own structure, or undefined when the bytes stop before it does. */
export function endOfImage(bytes: Buffer, format: ImageExtension): number | undefined {
  return END_OF[format](bytes);
}

/** Whether a PNG moves, which it says before its pixels. Decoders that know nothing of it see its first picture alone. */
export function isMovingPng(bytes: Buffer): boolean {
  let offset = PNG_SIGNATURE.length;
  while (offset + 8 <= bytes.length) {
    const type = bytes.readUInt32BE(offset + 4);
    if (type === ACTL || type === IDAT) return type === ACTL;
    offset += 12 + bytes.readUInt32BE(offset);
  }
  return false;
}

const END_OF: Record<ImageExtension, (bytes: Buffer) => number | undefined> = {
  png: endOfPng,
  jpg: endOfJpeg,
  webp: endOfWebp,
};

/** Follows the chunks (length, type, content, checksum) to IEND. */
function endOfPng(bytes: Buffer): number | undefined {
  let offset = PNG_SIGNATURE.length;
  while (offset + 12 <= bytes.length) {
    const isLast = bytes.readUInt32BE(offset + 4) === IEND;
    offset += 12 + bytes.readUInt32BE(offset);
    if (isLast) return offset <= bytes.length ? offset : undefined;
  }
  return undefined;
}

/** Follows the segments, and the entropy-coded data between them, to the end-of-image marker. */
function endOfJpeg(bytes: Buffer): number | undefined {
  let offset = 2;
  while (offset + 2 <= bytes.length) {
    const marker = bytes.readUInt8(offset + 1);
    if (bytes.readUInt8(offset) !== 0xff || marker === 0xff || isInEntropyData(marker)) {
      // Inside entropy-coded data, or at a fill byte: go on at the next byte that may start a marker.
      offset = bytes.indexOf(0xff, offset + 1);
      if (offset < 0) return undefined;
    } else if (marker === 0xd9) {
      return offset + 2;
    } else {
      if (offset + 4 > bytes.length) return undefined;
      offset += 2 + bytes.readUInt16BE(offset + 2);
    }
  }
  return undefined;
}

/** A stuffed 0xFF, or a restart marker. */
function isInEntropyData(marker: number): boolean {
  return marker === 0 || (marker >= 0xd0 && marker <= 0xd7);
}

/** The RIFF header says how many bytes follow it; chunks are padded to an even length. */
function endOfWebp(bytes: Buffer): number | undefined {
  if (bytes.length < 12) return undefined;
  const length = bytes.readUInt32LE(4);
  const end = 8 + length + (length % 2);
  return end <= bytes.length ? end : undefined;
}
