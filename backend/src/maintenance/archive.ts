import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { pipeline as pipelineToEnd } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import { isMissing, MaintenanceError } from './maintenance-error.js';
import { type Row, type TableDigest, toLine } from './snapshot.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What Node says when the tag does not fit. */
const UNAUTHENTIC = 'unable to authenticate data';

const StoredRow = z.record(z.string(), z.union([z.string(), z.int(), z.null()]));

function tableFile(folder: string, table: string): string {
  return join(folder, 'tables', `${table}.jsonl.gz.enc`);
}

/**
 * Writes a table: one row as JSON a line, compressed, then encrypted, because hashes of passwords and tokens are in it.
 * The file is the random IV, the encrypted content and the tag; the table's name is authenticated with it.
 */
export async function writeTable(
  folder: string,
  table: string,
  rows: AsyncIterable<Row>,
  key: Buffer,
): Promise<TableDigest> {
  const hash = createHash('sha256');
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      const line = toLine(row);
      hash.update(line);
      count += 1;
      yield line;
    }
  }
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(table));
  async function* framed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield iv;
    yield* content;
    yield cipher.getAuthTag();
  }
  const file = createWriteStream(tableFile(folder, table), { flags: 'wx', mode: 0o600, flush: true });
  await pipelineToEnd(Readable.from(lines()), createGzip(), cipher, framed, file);
  return { rows: count, sha256: hash.digest('hex') };
}

/**
 * Reads a table back.
 * @throws MaintenanceError after the last row when the file is not the one that was written: nothing that was read
 *   may be kept before the end has been reached
 */
export async function* readTable(
  folder: string,
  table: string,
  expected: TableDigest,
  key: Buffer,
): AsyncGenerator<Row> {
  const damaged = (): MaintenanceError =>
    new MaintenanceError(`The backup's table ${table} is damaged or was changed after the backup was made.`);
  const handle = await open(tableFile(folder, table)).catch((error: unknown) => {
    throw isMissing(error) ? damaged() : error;
  });
  try {
    const hash = createHash('sha256');
    let count = 0;
    for await (const line of linesOf(await decrypted(handle, table, key))) {
      hash.update(`${line}\n`);
      count += 1;
      const row = StoredRow.safeParse(parseLine(line));
      if (!row.success) throw damaged();
      yield row.data;
    }
    if (count !== expected.rows || hash.digest('hex') !== expected.sha256) throw damaged();
  } catch (error) {
    throw isContentError(error) ? damaged() : error;
  } finally {
    await handle.close();
  }
}

async function decrypted(handle: FileHandle, table: string, key: Buffer): Promise<AsyncIterable<Buffer>> {
  const { size } = await handle.stat();
  const end = size - TAG_BYTES;
  if (end <= IV_BYTES) throw new Error(UNAUTHENTIC);
  const iv = Buffer.alloc(IV_BYTES);
  const tag = Buffer.alloc(TAG_BYTES);
  await handle.read(iv, 0, IV_BYTES, 0);
  await handle.read(tag, 0, TAG_BYTES, end);
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(table))
    .setAuthTag(tag);
  const source = handle.createReadStream({ start: IV_BYTES, end: end - 1, autoClose: false });
  // The reader of the last stream is told of every failure: a failure destroys all of them with it.
  return pipeline(source, decipher, createGunzip(), () => undefined);
}

/** Lines end with a line feed and nothing else: JSON leaves the other separators of Unicode as they are. */
async function* linesOf(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of content) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Whether the content itself is wrong, as opposed to the disk that it is read from. */
function isContentError(error: unknown): boolean {
  if (!(typeof error === 'object' && error !== null && 'message' in error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || String(error.message).includes(UNAUTHENTIC);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The schema refuses it like any other damaged line.
    return undefined;
  }
}
