// @ts-check
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** PNG's filter "Sub": what is stored of a pixel is how it differs from the one to its left. */
const FILTER_SUB = 1;

/** What one byte of 4-bit noise takes up when it has been deflated. */
const BYTES_PER_NOISE_BYTE = 0.52;

const BOMB_EDGE = 30_000;

/** @typedef {{ width: number, height: number }} Size */

/** Made at the first request for it and from then on only sent: it costs the fakes no time. @type {Map<string, Buffer>} */
const made = new Map();

/** The same picture each time. @param {Size} size @param {number} sizeBytes */
export function pictureOf(size, sizeBytes) {
  return once(`${size.width}x${size.height} ${sizeBytes}`, () => makePicture(size, sizeBytes));
}

/** The base64 of the same picture each time. @param {Size} size @param {number} sizeBytes */
export function pictureAsBase64(size, sizeBytes) {
  return once(`${size.width}x${size.height} ${sizeBytes} base64`, () => asBase64(pictureOf(size, sizeBytes)));
}

/** @param {string} key @param {() => Buffer} make */
function once(key, make) {
  const bytes = made.get(key) ?? make();
  made.set(key, bytes);
  return bytes;
}

/** @param {Buffer} bytes */
export function asBase64(bytes) {
  return Buffer.from(bytes.toString('base64'), 'latin1');
}

/**
 * A PNG of about so many bytes, the same each time: grain as a photograph has it from the top down to where the
 * bytes are used up, calm colours below.
 * @param {Size} size @param {number} sizeBytes
 */
export function makePicture(size, sizeBytes) {
  const bytesPerGrainyRow = 3 * size.width * BYTES_PER_NOISE_BYTE;
  const first = paint(size, sizeBytes / bytesPerGrainyRow);
  // What the calm rows take up is known only now.
  return paint(size, (2 * sizeBytes - first.length) / bytesPerGrainyRow);
}

/** @param {Size} size @param {number} grainyRows */
function paint({ width, height }, grainyRows) {
  const rowBytes = 1 + 3 * width;
  const rows = Buffer.alloc(rowBytes * height);
  let random = 0x9e3779b9;
  for (let y = 0; y < height; y += 1) {
    const start = y * rowBytes;
    rows[start] = FILTER_SUB;
    rows[start + 1] = (y * 256) / height;
    rows[start + 2] = 96;
    rows[start + 3] = 255 - (y * 256) / height;
    if (y >= grainyRows) continue;
    for (let x = 4; x < rowBytes; x += 1) {
      // Xorshift: quick, and no two runs differ.
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      rows[start + x] = (random & 15) - 8;
    }
  }
  return png({ width, height }, deflateSync(rows, { level: 1 }));
}

/** Less than 200 bytes that promise 900 million pixels. */
export function makeBomb() {
  return png({ width: BOMB_EDGE, height: BOMB_EDGE }, deflateSync(Buffer.alloc(1 + BOMB_EDGE * 3)));
}

/** @param {Size} size @param {Buffer} pixels the zlib stream */
function png({ width, height }, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a channel
  header[9] = 2; // red, green, blue
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** @param {string} type @param {Buffer} content */
function chunk(type, content) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), framed.length - 4);
  return framed;
}

/** What a safety filter leaves of a picture. @param {Size} size */
export function blackPicture({ width, height }) {
  return png({ width, height }, deflateSync(Buffer.alloc((1 + 3 * width) * height), { level: 1 }));
}
