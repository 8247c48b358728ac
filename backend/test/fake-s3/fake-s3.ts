import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Bucket } from './bucket.ts';
import { type Fault, Faults } from './faults.ts';
import { type Answer, AS_IT_IS, perform, type Twist } from './operations.ts';
import { S3Error } from './s3-error.ts';
import { checkSignature, type Credentials } from './signature-v4.ts';
import { errorXml } from './xml.ts';

const BUCKET = 'atelier-images';
const DEFAULT_DELAY_MS = 500;

export interface FakeS3Options {
  /** Where the objects are kept, so that they outlive the process; without it in memory. */
  readonly folder?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Keys of a page of a listing; default: 1,000, as with S3. */
  readonly pageSize?: number;
  readonly credentials?: Credentials;
}

/** A request as the fake has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly key: string;
  /** Undefined when it never got an answer. */
  status: number | undefined;
}

/** A server that speaks as much of S3 as Atelier needs, by addresses with the bucket in their paths, on loopback. */
export class FakeS3 {
  readonly bucket: Bucket;
  readonly requests: SeenRequest[] = [];
  readonly #faults = new Faults();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #credentials: Credentials;
  readonly #pageSize: number;
  #underWay = 0;
  #connectionsMade = 0;

  private constructor(options: FakeS3Options) {
    this.bucket = new Bucket(options.folder);
    this.#pageSize = options.pageSize ?? 1_000;
    this.#credentials = options.credentials ?? {
      accessKeyId: 'AKIAFAKEFAKEFAKEFAKE',
      secretAccessKey: 'fake-secret-of-the-fake-store-0123456789',
    };
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket: Socket) => {
      this.#connectionsMade += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: FakeS3Options = {}): Promise<FakeS3> {
    const fake = new FakeS3(options);
    await new Promise<void>((resolve, reject) => {
      fake.#server.once('error', reject);
      fake.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return fake;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The fake is not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What Atelier has to be told to keep its images here. */
  get environment(): Record<string, string> {
    return {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: this.url,
      S3_REGION: 'us-east-1',
      S3_ACCESS_KEY_ID: this.#credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: this.#credentials.secretAccessKey,
    };
  }

  /** Requests that are being worked on or held up. */
  get underWay(): number {
    return this.#underWay;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  get connectionsMade(): number {
    return this.#connectionsMade;
  }

  /** From now on; undefined means that all is well. What hangs already goes on hanging. */
  setFault(fault: Fault | undefined): void {
    this.#faults.set(fault);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay += 1;
    response.once('close', () => (this.#underWay -= 1));
    request.on('error', () => undefined);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const [, bucketName = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    const seen: SeenRequest = { method: request.method ?? '', key: rest.join('/'), status: undefined };
    if (bucketName === '-') return this.#control(request, response, seen.key);
    this.requests.push(seen);
    const fault = this.#faults.next(seen.method);
    try {
      if (await this.#isStopped(fault, request)) return;
      const { method = '', url = '', headers } = request;
      checkSignature({ method, target: url, headers }, this.#credentials, Date.now());
      if (bucketName !== BUCKET) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
      if (fault) throwAsFault(fault);
      const twist = fault ? twistOf(fault) : AS_IT_IS;
      const asked = { request, bucket: this.bucket, bucketName, key: seen.key, query: searchParams, twist };
      const answer = await perform({ ...asked, pageSize: this.#pageSize });
      if (fault?.mode === 'lost_answer') request.socket.destroy();
      else send(response, answer, fault);
      seen.status = fault?.mode === 'lost_answer' ? undefined : answer.status;
    } catch (error) {
      // A client that goes away while it uploads; there is nobody left to tell.
      if (response.destroyed) return;
      const told = error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
      seen.status = told.status;
      sendError(request, response, told);
    }
  }

  /** Whether the fault leaves nothing to answer. */
  async #isStopped(fault: Fault | undefined, request: IncomingMessage): Promise<boolean> {
    // A client that goes away is only noticed by somebody who reads.
    if (fault?.mode === 'hang') request.resume();
    if (fault?.mode === 'reset') request.socket.resetAndDestroy();
    if (fault?.mode === 'slow') await pause(fault.delayMs ?? DEFAULT_DELAY_MS);
    return fault?.mode === 'reset' || fault?.mode === 'hang';
  }

  /** For tests in other processes: `PUT /-/fault` with a fault as JSON, or `null`; `GET /-/requests`. */
  async #control(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    if (path === 'fault') this.setFault((JSON.parse(body) as Fault | null) ?? undefined);
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(this.requests));
  }
}

function throwAsFault({ mode }: Fault): void {
  if (mode === 'internal_error') {
    throw new S3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');
  }
  if (mode === 'slow_down') throw new S3Error(503, 'SlowDown', 'Please reduce your request rate.');
  if (mode === 'expired') throw new S3Error(403, 'ExpiredToken', 'The provided token has expired.');
  if (mode === 'full') throw new S3Error(507, 'XMinioStorageFull', 'Storage backend has reached its minimum free.');
}

function twistOf({ mode }: Fault): Twist {
  if (mode === 'not_stored') return { ...AS_IT_IS, keep: () => undefined };
  if (mode === 'half_stored') return { ...AS_IT_IS, keep: (content) => content.subarray(0, content.length >> 1) };
  if (mode === 'wrong_checksum') {
    const sha256 = randomBytes(32).toString('base64');
    return { ...AS_IT_IS, tell: (facts) => ({ ...facts, sha256, etag: '"00000000000000000000000000000000"' }) };
  }
  if (mode !== 'corrupted') return AS_IT_IS;
  return {
    ...AS_IT_IS,
    send: (content) => {
      const other = Buffer.from(content);
      if (other.length > 0) other.writeUInt8(other.readUInt8(other.length >> 1) ^ 1, other.length >> 1);
      return other;
    },
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer, fault: Fault | undefined): void {
  response.writeHead(status, { ...headers, 'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase() });
  const isBroken = fault?.mode === 'cut_off' || fault?.mode === 'stalled';
  if (!isBroken || body === undefined) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, body.length >> 1), () => {
    if (fault.mode === 'cut_off') response.destroy();
  });
}

function sendError(request: IncomingMessage, response: ServerResponse, error: S3Error): void {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const body = Buffer.from(errorXml(error, (request.url ?? '').split('?')[0] ?? '', requestId));
  const headers = { 'Content-Type': 'application/xml', 'x-amz-request-id': requestId };
  // What was not read of the upload would be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(error.status, { ...headers, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
