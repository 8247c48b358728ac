import { createHash, randomUUID } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import type { S3Configuration } from '../../../platform/config/index.js';
import { IMAGE_MAX_BYTES } from '../image-limits.js';
import { isObjectKey, mimeOfKey, TOP_FOLDER } from '../image-keys.js';
import {
  type ByteRange,
  inNewMemory,
  type ListedObject,
  type ObjectBody,
  ObjectExistsError,
  type ObjectStat,
  ObjectStore,
  type StoredObject,
} from '../object-store.js';
import { readWhole } from '../read-whole.js';
import { connectS3, S3_LIMITS, type S3Connection, type S3Limits } from './s3-client.js';
import { S3Download } from './s3-download.js';
import { S3RequestError, storageErrorOf } from './s3-errors.js';

/** No key of an object, so it is never listed. */
const PROBE_KEY = `${TOP_FOLDER}.write-probe`;
/** Name of the metadata that tells a put of ours from anybody else's. */
const TICKET = 'atelier-put';
/** How often a put is tried again that met another one at the same moment. */
const MAX_CONFLICTS = 3;

interface Upload {
  readonly key: string;
  readonly content: Buffer;
  readonly stored: StoredObject;
  readonly ticket: string;
}

/** Keeps objects in a bucket of a store that speaks S3, under their keys. */
export class S3ObjectStore extends ObjectStore {
  readonly #s3: S3Connection;

  private constructor(s3: S3Connection) {
    super();
    this.#s3 = s3;
  }

  /** Connects nowhere yet: a store that is down at the start may be there when the first image is. */
  static async open(configuration: S3Configuration, limits: Partial<S3Limits> = {}): Promise<S3ObjectStore> {
    return new S3ObjectStore(await connectS3(configuration, { ...S3_LIMITS, ...limits }));
  }

  async put(
    key: string,
    content: Buffer | AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
    proof?: Promise<unknown>,
  ): Promise<StoredObject> {
    assertKey(key);
    // An upload is an object as soon as it is there, and to remove it might fail: nothing is sent before the proof.
    await proof;
    try {
      signal?.throwIfAborted();
      // In memory as a whole: a stream could not be sent again, and its checksum would be known too late.
      const whole = Buffer.isBuffer(content) ? content : await gather(content, signal);
      const stored = { sha256: createHash('sha256').update(whole).digest('hex'), bytes: whole.length };
      const upload: Upload = { key, content: whole, stored, ticket: randomUUID() };
      const isAnswered = await this.#upload(upload, signal);
      await this.#confirm(upload, isAnswered, signal);
      return stored;
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<ObjectBody> {
    assertKey(key);
    try {
      const { sdk, bucket, limits } = this.#s3;
      const command = new sdk.GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(range ? { Range: `bytes=${range.start}-${range.end}` } : { ChecksumMode: 'ENABLED' }),
      });
      const answer = await this.#s3.send(
        'GetObject',
        (client, abortSignal) => client.send(command, { abortSignal }),
        signal,
      );
      const { Body, ContentLength, ContentRange } = answer;
      if (!(Body instanceof Readable)) throw new S3RequestError('GetObject', 'EmptyAnswer', 200);
      const bytes = range ? Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1]) : ContentLength;
      if (bytes === undefined || !Number.isSafeInteger(bytes)) {
        Body.destroy();
        throw new S3RequestError('GetObject', 'UnknownSize', 200);
      }
      const stream = new S3Download(Body, limits.silenceMs);
      if (signal) addAbortSignal(signal, stream);
      return { stream, bytes };
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async read(key: string, memoryOf = inNewMemory): Promise<Buffer> {
    const body = await this.get(key);
    return readWhole(body, memoryOf(body.bytes));
  }

  async stat(key: string, signal?: AbortSignal): Promise<ObjectStat> {
    assertKey(key);
    try {
      const { bytes, modifiedAtMs } = await this.#head(key, signal);
      return { bytes, modifiedAtMs };
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  async remove(key: string): Promise<void> {
    assertKey(key);
    const { sdk, bucket } = this.#s3;
    const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key });
    try {
      await this.#s3.send('DeleteObject', (client, abortSignal) => client.send(command, { abortSignal }), undefined);
    } catch (error) {
      if (error instanceof S3RequestError && error.code === 'NoSuchKey') return;
      throw storageErrorOf(error);
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
    // The longer of the two, where one begins with the other: nothing else of the bucket is listed.
    const Prefix = prefix.startsWith(TOP_FOLDER) ? prefix : TOP_FOLDER;
    if (!Prefix.startsWith(prefix)) return;
    const { sdk, bucket } = this.#s3;
    let ContinuationToken: string | undefined;
    try {
      do {
        const command = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix, ContinuationToken });
        const page = await this.#s3.send(
          'ListObjectsV2',
          (client, abortSignal) => client.send(command, { abortSignal }),
          signal,
        );
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          signal?.throwIfAborted();
          if (isObjectKey(Key)) yield { key: Key, bytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
        }
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  /** Nothing: an upload that never ended left nothing behind, because objects are sent in one piece. */
  async removeDrafts(): Promise<string[]> {
    return [];
  }

  async check(signal?: AbortSignal): Promise<void> {
    const { sdk, bucket } = this.#s3;
    const command = new sdk.PutObjectCommand({ Bucket: bucket, Key: PROBE_KEY, Body: Buffer.from('ok') });
    try {
      await this.#s3.send('PutObject', (client, abortSignal) => client.send(command, { abortSignal }), signal);
    } catch (error) {
      throw storageErrorOf(error, signal);
    }
  }

  /** @returns whether the store says that it has stored it; else there is an object under the key, perhaps this one */
  async #upload({ key, content, stored, ticket }: Upload, signal: AbortSignal | undefined): Promise<boolean> {
    const { sdk, bucket } = this.#s3;
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: content,
      ContentType: mimeOfKey(key),
      ChecksumSHA256: Buffer.from(stored.sha256, 'hex').toString('base64'),
      Metadata: { [TICKET]: ticket },
      IfNoneMatch: '*',
    });
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.#s3.send('PutObject', (client, abortSignal) => client.send(command, { abortSignal }), signal);
        return true;
      } catch (error) {
        if (!(error instanceof S3RequestError)) throw error;
        if (error.status === 412) return false;
        // Two puts met: the other one may still fail.
        if (error.status !== 409 || conflicts >= MAX_CONFLICTS) throw error;
      }
    }
  }

  /**
   * Looks at what is stored now. A put whose answer was lost is sent again by the client and refused then, because the
   * object is there: its ticket tells that it is the same one.
   */
  async #confirm({ key, stored, ticket }: Upload, isAnswered: boolean, signal: AbortSignal | undefined): Promise<void> {
    const found = await this.#head(key, signal).catch((error: unknown) => {
      const isMissing = error instanceof S3RequestError && error.code === 'NotFound';
      throw isMissing ? new S3RequestError('PutObject', 'NotStored', 200) : error;
    });
    if (!isAnswered && found.ticket !== ticket) throw new ObjectExistsError(key);
    const sha256 = found.sha256 ?? (await this.#measure(key, signal));
    if (found.bytes === stored.bytes && sha256 === stored.sha256) return;
    await this.remove(key);
    throw new S3RequestError('PutObject', 'StoredSomethingElse', 200);
  }

  async #head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<ObjectStat & { readonly sha256: string | undefined; readonly ticket: string | undefined }> {
    const { sdk, bucket } = this.#s3;
    const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
    const head = await this.#s3.send(
      'HeadObject',
      (client, abortSignal) => client.send(command, { abortSignal }),
      signal,
    );
    const { ContentLength = -1, LastModified, ChecksumSHA256, Metadata } = head;
    return {
      bytes: ContentLength,
      modifiedAtMs: LastModified?.getTime() ?? 0,
      sha256: ChecksumSHA256 === undefined ? undefined : Buffer.from(ChecksumSHA256, 'base64').toString('hex'),
      ticket: Metadata?.[TICKET],
    };
  }

  /** For stores that keep no checksums: what is there is read to its end. */
  async #measure(key: string, signal: AbortSignal | undefined): Promise<string> {
    const { stream } = await this.get(key, undefined, signal);
    const hash = createHash('sha256');
    for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex');
  }
}

/** @throws RangeError for a key that we did not make: such a one is never sent */
function assertKey(key: string): void {
  if (!isObjectKey(key)) throw new RangeError('Not a key of a stored object');
}

/** No object is larger than the largest image, so the memory that a put takes is bounded. */
async function gather(content: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    signal?.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > IMAGE_MAX_BYTES) throw new RangeError('An object is larger than the largest image');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
