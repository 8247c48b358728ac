import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60 * 1_000;

/**
 * Checks the signature (version 4) of a request.
 * @throws S3Error 403 with the code that AWS gives
 */
export function checkSignature(request: SignedRequest, credentials: Credentials, nowMs: number): void {
  const match = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (!match) throw new S3Error(403, 'AccessDenied', 'Access Denied');
  const [, accessKeyId = '', day = '', region = '', signedHeaders = '', signature = ''] = match;
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  const moment = headerOf(request.headers, 'x-amz-date');
  if (!(Math.abs(instantOf(moment) - nowMs) <= MAX_SKEW_MS)) {
    throw new S3Error(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  const scope = `${day}/${region}/s3/aws4_request`;
  const canonical = createHash('sha256')
    .update(canonicalRequest(request, signedHeaders.split(';')))
    .digest('hex');
  const key = ['s3', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(hmac(Buffer.from(`AWS4${credentials.secretAccessKey}`), day), region),
  );
  const expected = hmac(key, [ALGORITHM, moment, scope, canonical].join('\n'));
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new S3Error(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function canonicalRequest({ method, target, headers }: SignedRequest, signedHeaders: string[]): string {
  const [path = '', query = ''] = target.split('?', 2);
  const parameters = query
    .split('&')
    .filter((parameter) => parameter !== '')
    .map((parameter) => (parameter.includes('=') ? parameter : `${parameter}=`))
    .sort();
  const lines = signedHeaders.map((name) => `${name}:${headerOf(headers, name).trim().replaceAll(/ +/g, ' ')}\n`);
  return [
    method,
    path,
    parameters.join('&'),
    lines.join(''),
    signedHeaders.join(';'),
    headerOf(headers, 'x-amz-content-sha256'),
  ].join('\n');
}

/** `20261128T012400Z` as milliseconds; NaN for anything else. */
function instantOf(moment: string): number {
  return Date.parse(moment.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function hmac(key: Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
