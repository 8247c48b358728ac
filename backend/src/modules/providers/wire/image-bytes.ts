import type { PixelSize } from '../image-provider.js';

/** Room for what comes with an image: its metadata in the file, the JSON around it. */
const EXTRA_BYTES = 1024 * 1024;

/** The first bytes of the formats that are taken. What comes after them is checked by whoever stores the image. */
const SIGNATURES = ['89504e470d0a1a0a', 'ffd8ff', '52494646'].map((hex) => Buffer.from(hex, 'hex'));

export function beginsLikeImage(bytes: Buffer): boolean {
  return SIGNATURES.some((signature) => bytes.subarray(0, signature.length).equals(signature));
}

/** The most that an honest image can have: not even packed, four bytes a pixel. */
export function maxImageBytes({ width, height }: PixelSize): number {
  return width * height * 4 + EXTRA_BYTES;
}

/** The same for an answer that holds it as base64. */
export function maxAnswerBytes(size: PixelSize): number {
  return Math.ceil((maxImageBytes(size) * 4) / 3);
}
