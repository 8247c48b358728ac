import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_MODES, type FakeS3, type FakeS3Options, startFakeS3 } from './index.ts';

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('base64');

/** The fake is worth something as far as AWS's own client takes it for S3. */
describe('The fake of S3', () => {
  let fake: FakeS3;
  let client: S3Client;
  let Bucket: string;
  const cleanUps: (() => unknown)[] = [];

  async function open(options?: FakeS3Options, secretAccessKey?: string): Promise<void> {
    const started = await startFakeS3(options);
    cleanUps.push(() => started.close());
    fake = started;
    client = clientOf(secretAccessKey);
  }

  function clientOf(secretAccessKey?: string, accessKeyId?: string): S3Client {
    const { environment } = fake;
    Bucket = environment['S3_BUCKET'] ?? '';
    const made = new S3Client({
      endpoint: environment['S3_ENDPOINT'],
      region: 'eu-central-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: {
        accessKeyId: accessKeyId ?? environment['S3_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: secretAccessKey ?? environment['S3_SECRET_ACCESS_KEY'] ?? '',
      },
    });
    cleanUps.push(() => made.destroy());
    return made;
  }

  const read = async (Key: string, Range?: string): Promise<Buffer> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range, ChecksumMode: 'ENABLED' }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };

  beforeEach(() => open());
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  test('keeps what was put, with its checksum and metadata', async () => {
    const Body = randomBytes(100_000);
    const Key = 'a folder/ü&<"\'+=.png';
    await client.send(
      new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256: sha256(Body), Metadata: { writer: 'me' } }),
    );

    expect(await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))).toMatchObject({
      ContentLength: 100_000,
      ChecksumSHA256: sha256(Body),
      Metadata: { writer: 'me' },
    });
    expect((await read(Key)).equals(Body)).toBe(true);
    expect((await read(Key, 'bytes=99990-')).equals(Body.subarray(99_990))).toBe(true);
    await expect(read(Key, 'bytes=100000-')).rejects.toMatchObject({ name: 'InvalidRange' });
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(read(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('takes a stream as the client sends it: in chunks with a checksum at the end', async () => {
    const content = randomBytes(200_000);
    const pieces = Readable.from([content.subarray(0, 70_000), content.subarray(70_000)]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body: pieces, ContentLength: content.length }));

    expect((await read('streamed')).equals(content)).toBe(true);
  });

  test('refuses a second object under a key, and content that is not what the checksum says', async () => {
    const put = { Bucket, Key: 'once', Body: Buffer.from('content'), IfNoneMatch: '*' };
    await client.send(new PutObjectCommand(put));

    await expect(client.send(new PutObjectCommand(put))).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    const wrong = { ...put, Key: 'wrong', ChecksumSHA256: sha256(Buffer.from('else')) };
    await expect(client.send(new PutObjectCommand(wrong))).rejects.toMatchObject({ name: 'BadDigest' });
    expect(fake.bucket.keys).toEqual(['once']);
  });

  test('lets in nobody with another key, and knows no other bucket', async () => {
    const head = new HeadBucketCommand({ Bucket });
    await client.send(head);

    const listing = new ListObjectsV2Command({ Bucket });
    await expect(clientOf('another').send(listing)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await expect(clientOf(undefined, 'SOMEBODY').send(listing)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'other-bucket' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    expect((await fetch(`${fake.url}/${Bucket}?list-type=2`)).status).toBe(403);
  });

  test('lists page by page', async () => {
    await open({ pageSize: 2 });
    for (const Key of ['b/3', 'b/1', 'a', 'b/2']) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));

    const first = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/' }));
    expect(first).toMatchObject({ IsTruncated: true, Contents: [{ Key: 'b/1', Size: 3 }, { Key: 'b/2' }] });
    const next = { Bucket, Prefix: 'b/', ContinuationToken: first.NextContinuationToken };
    expect(await client.send(new ListObjectsV2Command(next))).toMatchObject({
      IsTruncated: false,
      Contents: [{ Key: 'b/3' }],
    });
  });

  test('remembers its objects when it is given a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fake-s3-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    await open({ folder });
    await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'content' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'removed', Body: 'content' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'removed' }));

    await open({ folder });

    expect(fake.bucket.keys).toEqual(['kept']);
    expect((await read('kept')).toString()).toBe('content');
  });

  test.each(FAULT_MODES)('%s harms as many requests as it should, and is over then', async (mode) => {
    const Body = randomBytes(10_000);
    await client.send(new PutObjectCommand({ Bucket, Key: 'before', Body }));
    fake.setFault({ mode, times: 1, delayMs: 50, methods: ['GET', 'PUT'] });
    const giveUp = new AbortController();
    const abortSignal = AbortSignal.any([giveUp.signal, AbortSignal.timeout(30_000)]);
    const isDownload = ['corrupted', 'cut_off', 'stalled'].includes(mode);
    const attempt = isDownload
      ? client
          .send(new GetObjectCommand({ Bucket, Key: 'before', ChecksumMode: 'ENABLED' }), { abortSignal })
          .then(({ Body: stream }) => Promise.race([stream?.transformToByteArray(), rejection(abortSignal)]))
      : client.send(new PutObjectCommand({ Bucket, Key: 'while', Body, IfNoneMatch: '*' }), { abortSignal });

    const success = attempt.then(
      () => true,
      () => false,
    );
    if (['hang', 'stalled'].includes(mode)) {
      while (fake.requests.length < 2 && !abortSignal.aborted) await pause(10);
      setTimeout(() => giveUp.abort(), 300);
    }

    expect(await success).toBe(['slow', 'not_stored', 'half_stored', 'wrong_checksum'].includes(mode));
    const stored = fake.bucket.contentOf('while');
    const isStored = ['slow', 'lost_answer', 'wrong_checksum'].includes(mode);
    expect(stored?.equals(Body) ?? false).toBe(isStored);
    expect(stored?.length).toBe(isStored ? 10_000 : mode === 'half_stored' ? 5_000 : undefined);
    await client.send(new PutObjectCommand({ Bucket, Key: 'after', Body }));
    expect((await read('after')).equals(Body)).toBe(true);
  });

  test('takes its faults from other processes as well', async () => {
    await fetch(`${fake.url}/-/fault`, { method: 'PUT', body: JSON.stringify({ mode: 'slow_down' }) });
    await expect(client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'SlowDown' });

    await fetch(`${fake.url}/-/fault`, { method: 'PUT', body: 'null' });
    await expect(client.send(new ListObjectsV2Command({ Bucket }))).resolves.toMatchObject({ KeyCount: 0 });
    const seen: unknown = await (await fetch(`${fake.url}/-/requests`)).json();
    expect(seen).toMatchObject([
      { method: 'GET', status: 503 },
      { method: 'GET', status: 200 },
    ]);
  });
});

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail);
  });
}
