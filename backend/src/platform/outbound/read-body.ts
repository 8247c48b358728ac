import type { IncomingMessage } from 'node:http';
import type { ReusedMemory } from '../memory/index.js';
import { OutboundError } from './outbound-error.js';

/** Room that is made before the first byte, whatever the other side announces. */
const FIRST_BYTES = 64 * 1024;
const FIRST_BYTES_MAX = 4 * 1024 * 1024;

/** What is asked for at once when a body of unknown size turns out to be a large one. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Reads a body to its end.
 * @param maxBytes counted as they come; one more ends the connection
 * @param memory where the body is put. A large one waits for its turn there, while the network holds it back
 * @param beyond whether more than that is an error, or nobody's concern
 * @throws OutboundError `too_large`, and whatever ends the stream early
 */
export function readBody(
  stream: IncomingMessage,
  maxBytes: number,
  memory: ReusedMemory,
  beyond: 'refuse' | 'leave' = 'refuse',
): Promise<Buffer> {
  const declared = Math.min(Number(stream.headers['content-length'] ?? 0), maxBytes);
  return new Promise((resolve, reject) => {
    // One buffer that grows: a body that comes in millions of tiny pieces takes no more memory than its bytes.
    let body: Buffer = Buffer.alloc(0);
    let length = 0;
    const replaceBody = (larger: Buffer): void => {
      body.copy(larger, 0, 0, length);
      memory.giveBack(body);
      body = larger;
    };
    const leave = (part: Buffer): void => {
      length += part.copy(body, length, 0, Math.min(maxBytes, body.length) - length);
      resolve(body.subarray(0, length));
      stream.destroy();
    };
    const take = (chunk: Buffer): void => {
      if (length + chunk.length > maxBytes) {
        if (beyond === 'leave') leave(chunk);
        else stream.destroy(new OutboundError('too_large'));
        return;
      }
      if (length + chunk.length > body.length) {
        const wanted = Math.max(length + chunk.length, body.length * 2);
        if (body.length <= FIRST_BYTES) {
          goOnWith(Math.max(wanted, Math.min(LARGE_BYTES, maxBytes)), chunk);
          return;
        }
        // Whoever holds some has had a turn: to wait for more might be to wait for each other.
        replaceBody(memory.take(wanted));
      }
      length += chunk.copy(body, length);
    };
    const goOnWith = (bytes: number, chunk?: Buffer): void => {
      stream.pause();
      void memory.takeInTurn(bytes).then((room) => {
        // Nobody writes to it any more, and who asked has been told why.
        if (stream.destroyed) {
          memory.giveBack(room);
          return;
        }
        replaceBody(room);
        if (chunk) take(chunk);
        stream.resume();
      });
    };
    stream.on('end', () => resolve(body.subarray(0, length)));
    stream.on('error', reject);
    // Nothing else may come any more, and a promise that was kept can't be broken.
    stream.on('close', () => reject(new OutboundError('cut_off')));
    if (Number(stream.headers['content-length'] ?? 0) > maxBytes && beyond === 'refuse') {
      stream.destroy(new OutboundError('too_large'));
      return;
    }
    goOnWith(Math.min(Math.max(declared, FIRST_BYTES), FIRST_BYTES_MAX));
    stream.on('data', take);
  });
}
