import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Server } from '../server.js';
import type { FuzzRequest } from './requests.js';

/** Eight images that fail are tried three times each, with pauses, behind those of other requests. */
const PATIENCE_MS = 120_000;

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when it is a stream of events, which is left at once. */
  readonly text: string;
}

/** Sends the bytes as they are; rejects when there is no whole answer. */
export function send(
  { port }: Pick<Server, 'port'>,
  { method, path, headers, body }: FuzzRequest,
  authorization: Readonly<Record<string, string>>,
): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const sent = request({
      ...{ host: '127.0.0.1', port, method, path, agent: false, timeout: PATIENCE_MS },
      headers: { ...headers, ...authorization, ...(bytes ? { 'content-length': bytes.length } : {}) },
    });
    sent.on('timeout', () => sent.destroy(new Error('There was no answer in time')));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const received = new Headers(
        Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, String(value)]],
        ),
      );
      const status = response.statusCode ?? 0;
      if (received.get('content-type')?.startsWith('text/event-stream')) {
        resolve({ status, headers: received, text: '' });
        response.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status, headers: received, text: textOf(received, Buffer.concat(chunks)) }));
    });
    sent.end(bytes);
  });
}

function textOf(headers: Headers, received: Buffer): string {
  const decode = DECODERS[headers.get('content-encoding') ?? 'identity'];
  if (!decode) throw new Error(`It was answered in ${headers.get('content-encoding')}`);
  return received.length === 0 ? '' : decode(received).toString('utf8');
}

const DECODERS: Record<string, (bytes: Buffer) => Buffer> = {
  identity: (bytes) => bytes,
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
};
