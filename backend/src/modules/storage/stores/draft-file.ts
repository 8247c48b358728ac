import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { ReusedMemory } from '../../../platform/memory/index.js';
import type { StoredObject } from '../object-store.js';

/** More than most images have. */
const CHUNK_BYTES = 2 * 1024 * 1024;

const memory = new ReusedMemory(4 * CHUNK_BYTES);

function* slices(content: Buffer): Generator<Buffer> {
  for (let start = 0; start < content.length; start += CHUNK_BYTES) yield content.subarray(start, start + CHUNK_BYTES);
}

/** Writes to an empty file, durably, and proves by reading it that it holds what was written. */
export async function writeDraft(
  file: FileHandle,
  content: Buffer | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of Buffer.isBuffer(content) ? slices(content) : content) {
    signal?.throwIfAborted();
    // While the chunk is on its way to the disk.
    const writing = writeWhole(file, chunk);
    hash.update(chunk);
    await writing;
    bytes += chunk.byteLength;
  }
  const written: StoredObject = { sha256: hash.digest('hex'), bytes };
  await file.sync();
  const isWhole = Buffer.isBuffer(content) ? await holds(file, content) : await measures(file, written);
  if (!isWhole) throw new Error('The file does not hold what was written to it');
  return written;
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    written += (await file.write(chunk, written)).bytesWritten;
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
