import type { IncomingMessage } from 'node:http';
import type { ReusedMemory } from '../memory/index.js';
import { OutboundError } from './outbound-error.js';

/** Room that is made before the first byte, whatever the other side announces. */
const FIRST_BYTES = 64 * 1024;
const FIRST_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Reads a body to its end.
 * @param maxBytes counted as they come; one more ends the connection
 * @param memory where the body is put
 * @param beyond whether more than that is an error, or nobody's concern
 * @throws OutboundError `too_large`, and whatever ends the stream early
 */
export function readBody(
  stream: IncomingMessage,
  maxBytes: number,
  memory: ReusedMemory,
  beyond: 'refuse' | 'leave' = 'refuse',
): Promise<Buffer> {
  const declared = Number(stream.headers['content-length'] ?? 0);
  return new Promise((resolve, reject) => {
    // One buffer that grows: a body that comes in millions of tiny pieces takes no more memory than its bytes.
    let body = memory.take(Math.min(Math.max(Math.min(declared, maxBytes), FIRST_BYTES), FIRST_BYTES_MAX));
    let length = 0;
    const leave = (part: Buffer): void => {
      length += part.copy(body, length, 0, Math.min(maxBytes, body.length) - length);
      resolve(body.subarray(0, length));
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      if (length + chunk.length > maxBytes) {
        if (beyond === 'leave') leave(chunk);
        else stream.destroy(new OutboundError('too_large'));
        return;
      }
      if (length + chunk.length > body.length) {
        const larger = memory.take(Math.max(length + chunk.length, body.length * 2));
        body.copy(larger, 0, 0, length);
        memory.giveBack(body);
        body = larger;
      }
      length += chunk.copy(body, length);
    });
    stream.on('end', () => resolve(body.subarray(0, length)));
    stream.on('error', reject);
    // Nothing else may come any more, and a promise that was kept can't be broken.
    stream.on('close', () => reject(new OutboundError('cut_off')));
    if (declared > maxBytes && beyond === 'refuse') stream.destroy(new OutboundError('too_large'));
  });
}
