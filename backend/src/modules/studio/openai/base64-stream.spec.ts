import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inBase64 } from './base64-stream.js';

test('pieces put together are the base64 of the whole, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }), async (parts) => {
      const chunks = parts.map((part) => Buffer.from(part));
      async function* source(): AsyncGenerator<Buffer> {
        yield* chunks;
      }
      let encoded = '';
      for await (const piece of inBase64(source())) {
        // A write of nothing is no piece.
        expect(piece).not.toBe('');
        encoded += piece;
      }
      expect(encoded).toBe(Buffer.concat(chunks).toString('base64'));
    }),
  );
});
