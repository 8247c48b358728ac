import type { ObjectBody } from './object-store.js';

/** Reads an object to its end, into memory of at least its size. */
export async function readWhole({ stream, bytes }: ObjectBody, memory: Buffer): Promise<Buffer> {
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (length + chunk.length > bytes) throw new Error('An object is longer than it said');
    length += chunk.copy(memory, length);
  }
  return memory.subarray(0, length);
}
