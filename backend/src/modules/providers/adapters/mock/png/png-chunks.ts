import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Content of the IHDR chunk of an opaque image with 8 bits for each of red, green and blue. */
export function pngHeader(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = 8; // bits a channel
  bytes[9] = 2; // red, green, blue
  return bytes;
}

/**
 * Puts a PNG file together from its header and the parts of its one zlib stream.
 * The file lies in an allocation of its own, so that it can be handed to another thread without a copy.
 */
export function joinChunks(header: Buffer, zlibParts: readonly Buffer[]): Buffer<ArrayBuffer> {
  const chunks: { type: string; parts: readonly Buffer[] }[] = [
    { type: 'IHDR', parts: [header] },
    { type: 'IDAT', parts: zlibParts },
    { type: 'IEND', parts: [] },
  ];
  const size = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);
  const png = Buffer.allocUnsafeSlow(SIGNATURE.length + chunks.reduce((sum, { parts }) => sum + 12 + size(parts), 0));
  let offset = SIGNATURE.copy(png);
  for (const { type, parts } of chunks) {
    offset = png.writeUInt32BE(size(parts), offset);
    const start = offset;
    offset += png.write(type, offset, 'latin1');
    for (const part of parts) offset += part.copy(png, offset);
    offset = png.writeUInt32BE(crc32(png.subarray(start, offset)), offset);
  }
  return png;
}
