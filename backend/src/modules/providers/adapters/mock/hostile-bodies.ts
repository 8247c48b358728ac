import { deflateSync } from 'node:zlib';
import type { MockBody } from '../../mock-directives.js';
import { ProviderError } from '../../provider-error.js';
import { joinChunks, pngHeader } from './png/png-chunks.js';

const HTML = '<!doctype html><html><body><h1>502 Bad Gateway</h1><script>alert(1)</script></body></html>';

const BOMB_SIDE = 30_000;

/** What a broken or malicious provider delivers instead of an image. */
const BODIES: Record<MockBody, (paint: () => Promise<Buffer>) => Promise<Buffer>> = {
  truncated: async (paint) => {
    const whole = await paint();
    return whole.subarray(0, Math.floor(whole.length / 2));
  },
  html: async () => Buffer.from(HTML),
  empty: async () => Buffer.alloc(0),
  // A few hundred bytes that promise 900 million pixels.
  bomb: async () => joinChunks(pngHeader(BOMB_SIDE, BOMB_SIDE), [deflateSync(Buffer.alloc(1 + BOMB_SIDE * 3))]),
  wrong_count: async () => {
    throw new ProviderError('bad_response', {
      message: 'The provider answered with 0 images instead of 1. Try again.',
    });
  },
};

/** @param paint makes the picture that an honest answer would have been */
export function hostileBody(body: MockBody, paint: () => Promise<Buffer>): Promise<Buffer> {
  return BODIES[body](paint);
}
