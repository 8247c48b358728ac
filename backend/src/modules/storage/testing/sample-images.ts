import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';

/** A still image with soft shapes, the same for the same seed, in the manner of a photograph rather than of noise. */
export function sampleImage(width: number, height: number, seed = 'sample'): Sharp {
  const grain = createHash('shake256', { outputLength: 8 * 8 * 3 })
    .update(seed)
    .digest();
  const soft = sharp(grain, { raw: { width: 8, height: 8, channels: 3 } });
  return soft.resize(width, height, { fit: 'fill', kernel: 'cubic' });
}

export function samplePng(width = 64, height = 48, seed?: string): Promise<Buffer> {
  return sampleImage(width, height, seed).png().toBuffer();
}
