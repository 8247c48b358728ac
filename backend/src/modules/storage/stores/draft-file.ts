import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { ReusedMemory } from '../../../platform/memory/index.js';
import type { StoredObject } from '../object-store.js';

/** More than most images have. */
const CHUNK_BYTES = 2 * 1024 * 1024;

const memory = new ReusedMemory(4 * CHUNK_BYTES);

function* slices(content: Buffer): Generator<Buffer> {
  for (let start = 0; start < content.length; start += CHUNK_BYTES) yield content.subarray(start, start + CHUNK_BYTES);
}

/** Writes a draft durably and proves by reading it that the file holds what was written; leaves nothing behind when it fails. */
export async function writeDraft(
  draft: string,
  content: Buffer | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const file = await open(draft, 'wx+', 0o640);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of Buffer.isBuffer(content) ? slices(content) : content) {
      signal?.throwIfAborted();
      hash.update(chunk);
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
    }
    const written: StoredObject = { sha256: hash.digest('hex'), bytes };
    await file.sync();
    const isWhole = Buffer.isBuffer(content) ? await holds(file, content) : await measures(file, written);
    if (!isWhole) throw new Error('The file does not hold what was written to it');
    await file.close();
    return written;
  } catch (error) {
    await file.close();
    await unlink(draft);
    throw error;
  }
}

/** Whether the file is exactly this. What is still at hand is compared, which costs a tenth of hashing it again. */
async function holds(file: FileHandle, content: Buffer): Promise<boolean> {
  let position = 0;
  for await (const chunk of chunksOf(file, content.length)) {
    if (!chunk.equals(content.subarray(position, position + chunk.length))) return false;
    position += chunk.length;
  }
  return position === content.length;
}

async function measures(file: FileHandle, { sha256, bytes }: StoredObject): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of chunksOf(file, bytes)) {
    hash.update(chunk);
    read += chunk.length;
  }
  return read === bytes && hash.digest('hex') === sha256;
}

/** The file from its beginning to a byte beyond its expected end; each chunk is good until the next is asked for. */
async function* chunksOf(file: FileHandle, expectedBytes: number): AsyncGenerator<Buffer> {
  const chunk = memory.take(CHUNK_BYTES);
  try {
    for (let position = 0; position <= expectedBytes;) {
      const asked = Math.min(chunk.length, expectedBytes + 1 - position);
      const { bytesRead } = await file.read(chunk, 0, asked, position);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      position += bytesRead;
      // Less came than was asked for: there is nothing behind it.
      if (position === expectedBytes && bytesRead < asked) return;
    }
  } finally {
    memory.giveBack(chunk);
  }
}
