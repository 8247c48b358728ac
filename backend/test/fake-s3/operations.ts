import type { IncomingMessage } from 'node:http';
import type { Bucket, ObjectFacts } from './bucket.ts';
import { readBody, sha256Of } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import { headerOf } from './signature-v4.ts';
import { type ListedEntry, listingXml } from './xml.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: Buffer | undefined;
}

/** What a fault makes of an operation that goes well. */
export interface Twist {
  /** What is kept of an upload; undefined keeps nothing and says that it did. */
  readonly keep: (content: Buffer) => Buffer | undefined;
  /** What is told of an object. */
  readonly tell: (facts: ObjectFacts) => ObjectFacts;
  /** What is sent of a download. */
  readonly send: (content: Buffer) => Buffer;
}

export const AS_IT_IS: Twist = { keep: (content) => content, tell: (facts) => facts, send: (content) => content };

export interface BucketRequest {
  readonly request: IncomingMessage;
  readonly bucket: Bucket;
  readonly bucketName: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Keys of a page, at most. */
  readonly pageSize: number;
  readonly twist: Twist;
}

/** @throws S3Error for what S3 refuses, and for what no client of ours asks */
export async function perform(asked: BucketRequest): Promise<Answer> {
  const { method } = asked.request;
  if (asked.key === '') {
    if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' }, body: undefined };
    if (method === 'GET' && asked.query.get('list-type') === '2') return list(asked);
  } else {
    if (method === 'PUT') return put(asked);
    if (method === 'GET' || method === 'HEAD') return get(asked);
    if (method === 'DELETE') {
      asked.bucket.remove(asked.key);
      return { status: 204, headers: {}, body: undefined };
    }
  }
  throw new S3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented.');
}

async function put({ request, bucket, key, twist }: BucketRequest): Promise<Answer> {
  const content = await readBody(request);
  const { headers } = request;
  if (headers['if-none-match'] !== undefined) {
    if (headers['if-none-match'] !== '*') throw new S3Error(501, 'NotImplemented', 'Only If-None-Match: * is.');
    if (bucket.has(key)) {
      throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
  }
  const metadata = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
  const kept = twist.keep(content);
  const facts = {
    key,
    sha256: sha256Of(kept ?? content),
    contentType: headerOf(headers, 'content-type') || 'application/octet-stream',
    metadata,
    // Whole seconds are all that S3 tells of it.
    modifiedAtMs: Math.floor(Date.now() / 1_000) * 1_000,
  };
  const stored = kept ? bucket.put(facts, kept) : { ...facts, bytes: content.length, etag: '"never-stored"' };
  const told = twist.tell(stored);
  return { status: 200, headers: { ETag: told.etag, 'x-amz-checksum-sha256': told.sha256 ?? '' }, body: undefined };
}

function get({ request, bucket, key, twist }: BucketRequest): Answer {
  const facts = bucket.factsOf(key);
  const content = bucket.contentOf(key);
  if (!facts || !content) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  const told = twist.tell(facts);
  const headers: Record<string, string | number> = {
    ...told.metadata,
    ETag: told.etag,
    'Last-Modified': new Date(told.modifiedAtMs).toUTCString(),
    'Content-Type': told.contentType,
    'Accept-Ranges': 'bytes',
  };
  const range = rangeOf(headerOf(request.headers, 'range'), content.length);
  if (range) {
    headers['Content-Range'] = `bytes ${range.start}-${range.end}/${content.length}`;
    headers['Content-Length'] = range.end - range.start + 1;
    return { status: 206, headers, body: twist.send(content.subarray(range.start, range.end + 1)) };
  }
  // The checksum is that of the whole object, so a part comes without one.
  if (headerOf(request.headers, 'x-amz-checksum-mode') === 'ENABLED' && told.sha256 !== undefined) {
    headers['x-amz-checksum-sha256'] = told.sha256;
  }
  headers['Content-Length'] = content.length;
  return { status: 200, headers, body: request.method === 'HEAD' ? undefined : twist.send(content) };
}

function rangeOf(header: string, bytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header);
  if (!match) return undefined;
  const start = Number(match[1]);
  const end = match[2] ? Math.min(Number(match[2]), bytes - 1) : bytes - 1;
  if (start >= bytes || end < start) {
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  }
  return { start, end };
}

function list({ bucket, bucketName, query, pageSize }: BucketRequest): Answer {
  const prefix = query.get('prefix') ?? '';
  const continuationToken = query.get('continuation-token') ?? undefined;
  const after = continuationToken === undefined ? query.get('start-after') : fromToken(continuationToken);
  const maxKeys = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize);
  const found = bucket.keys.filter((key) => key.startsWith(prefix) && key > (after ?? ''));
  const entries = found.slice(0, maxKeys).flatMap<ListedEntry>((key) => {
    const facts = bucket.factsOf(key);
    return facts ? [{ key, bytes: facts.bytes, etag: facts.etag, modifiedAt: new Date(facts.modifiedAtMs) }] : [];
  });
  const last = entries.at(-1)?.key;
  const xml = listingXml({
    bucket: bucketName,
    prefix,
    maxKeys,
    entries,
    continuationToken,
    nextContinuationToken: found.length > maxKeys && last !== undefined ? toToken(last) : undefined,
  });
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: Buffer.from(xml) };
}

/** Opaque to the client, as that of S3. */
function toToken(key: string): string {
  return Buffer.from(`after ${key}`).toString('base64');
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64').toString().slice('after '.length);
}
