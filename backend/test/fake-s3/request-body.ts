import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.ts';
import { headerOf } from './signature-v4.ts';

const UNSIGNED_WITH_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/**
 * Reads what was uploaded, and checks everything that the client said about it.
 * @throws S3Error 400 when it is something else, 501 for a way of sending that no client of ours uses
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const raw = await buffer(request);
  const { headers } = request;
  const signed = headerOf(headers, 'x-amz-content-sha256');
  if (!signed.startsWith('STREAMING-')) {
    if (signed !== 'UNSIGNED-PAYLOAD' && signed !== createHash('sha256').update(raw).digest('hex')) {
      throw new S3Error(400, 'XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 does not match.');
    }
    checkChecksums(raw, headers);
    return raw;
  }
  if (signed !== UNSIGNED_WITH_TRAILER) {
    throw new S3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented.');
  }
  const { content, trailers } = decodeChunks(raw);
  if (content.length !== Number(headerOf(headers, 'x-amz-decoded-content-length'))) {
    throw new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly.');
  }
  checkChecksums(content, { ...headers, ...trailers });
  return content;
}

/** Chunks (size in hexadecimal, line end, bytes, line end), an empty one, then trailers: `aws-chunked`. */
function decodeChunks(raw: Buffer): { content: Buffer; trailers: Record<string, string> } {
  const incomplete = (): S3Error => new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly.');
  const parts: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', offset);
    const size = Number.parseInt(raw.toString('latin1', offset, end), 16);
    if (end < 0 || Number.isNaN(size)) throw incomplete();
    offset = end + 2;
    if (size === 0) break;
    if (offset + size + 2 > raw.length) throw incomplete();
    parts.push(raw.subarray(offset, offset + size));
    offset += size + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of raw.toString('latin1', offset).split('\r\n')) {
    const [name, value] = line.split(':', 2);
    if (name && value !== undefined) trailers[name.toLowerCase()] = value.trim();
  }
  return { content: Buffer.concat(parts), trailers };
}

function checkChecksums(content: Buffer, headers: IncomingHttpHeaders): void {
  const sha256 = headerOf(headers, 'x-amz-checksum-sha256');
  const crc = headerOf(headers, 'x-amz-checksum-crc32');
  const isWrong = (sha256 !== '' && sha256 !== sha256Of(content)) || (crc !== '' && crc !== crc32Of(content));
  if (isWrong) throw new S3Error(400, 'BadDigest', 'The checksum you specified did not match what we received.');
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64');
}

function crc32Of(content: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}
