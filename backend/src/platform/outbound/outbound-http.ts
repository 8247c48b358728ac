import type { IncomingMessage } from 'node:http';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { ReusedMemory } from '../memory/index.js';
import type { AllowList } from './allow-list.js';
import { type DialOptions, GuardedHttpAgent, GuardedHttpsAgent, type Resolver } from './guarded-agents.js';
import { credentialsIn, maskEchoes } from './echoes.js';
import { OutboundError, type OutboundFailure, toOutboundError } from './outbound-error.js';
import { OutboundPolicy } from './outbound-policy.js';
import { readBody } from './read-body.js';

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * A dozen images of a megabyte: as many as two cores look at in a fifth of a second. The answers of all the others in the
 * making wait on the network's side. Larger ones than that come one at a time.
 */
const MEMORY_BYTES = 24 * 1024 * 1024;
const REQUEST_MAX_BYTES = 1024 * 1024;

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, where the very bytes matter; says for itself what it is. */
  readonly text?: string;
  /** Until the answer begins. */
  readonly firstByteTimeoutMs: number;
  /** Until the answer is there to its last byte. */
  readonly totalTimeoutMs: number;
  /** Most bytes that the answer may have. */
  readonly maxBytes: number;
  /** What becomes of an answer that has more: an error, or its beginning, whose connection is then ended. */
  readonly beyondMaxBytes?: 'refuse' | 'leave';
}

export interface OutboundAnswer {
  readonly status: number;
  /** The names are in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * The one way to other servers. It goes to public addresses over TLS and to those that OUTBOUND_ALLOW names, follows
 * no redirect, uses no proxy, tries nothing twice, and keeps the credentials that it sent out of its errors and answers.
 */
@Injectable()
export class OutboundHttp implements OnApplicationShutdown {
  readonly #memory: ReusedMemory;
  readonly #policy: OutboundPolicy;
  readonly #httpAgent: GuardedHttpAgent;
  readonly #httpsAgent: GuardedHttpsAgent;

  constructor(
    @Inject(HttpService) private readonly http: HttpService,
    @Inject(Configuration) { outboundAllow }: Pick<Configuration, 'outboundAllow'>,
    private readonly options: { connectTimeoutMs?: number; resolve?: Resolver; memoryPatienceMs?: number } = {},
  ) {
    const { memoryPatienceMs, ...dialing } = options;
    this.#memory = new ReusedMemory(MEMORY_BYTES, MEMORY_BYTES, memoryPatienceMs);
    this.#policy = new OutboundPolicy(outboundAllow);
    const dial: DialOptions = { policy: this.#policy, connectTimeoutMs: CONNECT_TIMEOUT_MS, ...dialing };
    this.#httpAgent = new GuardedHttpAgent(dial);
    this.#httpsAgent = new GuardedHttpsAgent(dial);
  }

  /**
   * Looks at an address without going there.
   * @throws OutboundError where no request would be made, whatever its name leads to
   */
  checkUrl(url: string): void {
    this.#policy.checkUrl(url);
  }

  /**
   * Sends a request and reads the whole answer, whatever its status.
   * @throws OutboundError
   */
  async send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { href } = this.#policy.checkUrl(request.url);
    if (signal.aborted) throw new OutboundError('aborted');
    const controller = new AbortController();
    let ownFailure: OutboundFailure | undefined;
    const end = (failure: OutboundFailure): void => {
      ownFailure ??= failure;
      controller.abort();
    };
    const onAbort = (): void => end('aborted');
    signal.addEventListener('abort', onAbort, { once: true });
    const firstByte = setTimeout(() => end('timeout'), request.firstByteTimeoutMs);
    const total = setTimeout(() => end('timeout'), request.totalTimeoutMs);
    let hasAnswered = false;
    try {
      const { status, data } = await this.#request(request, href, controller.signal);
      hasAnswered = true;
      clearTimeout(firstByte);
      const body = await readBody(data, request.maxBytes, this.#memory, request.beyondMaxBytes);
      return { status, headers: maskEchoes(credentialsIn(request.headers), data.headers, body), body };
    } catch (error) {
      throw ownFailure === undefined ? toOutboundError(error, hasAnswered) : new OutboundError(ownFailure);
    } finally {
      clearTimeout(firstByte);
      clearTimeout(total);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Says that nobody will look at an answer's body any more, so that the next one can be put there. Worth it for images.
   * @param bytes the body, or a part of it; bytes from elsewhere are left alone
   */
  forget(bytes: Buffer): void {
    this.#memory.giveBack(bytes);
  }

  onApplicationShutdown(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  /** The same way out for another purpose, which may reach other private servers. It is to be shut down as well. */
  allowing(outboundAllow: AllowList): OutboundHttp {
    return new OutboundHttp(this.http, { outboundAllow }, this.options);
  }

  #request({ method, headers, json, text }: OutboundRequest, url: string, signal: AbortSignal) {
    const body = text ?? (json === undefined ? undefined : JSON.stringify(json));
    return this.http.axiosRef.request<IncomingMessage>({
      method,
      url,
      headers: {
        Accept: 'application/json',
        // Images don't become smaller, and what is not packed can't be a bomb.
        'Accept-Encoding': 'identity',
        'User-Agent': 'Atelier',
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      data: body === undefined ? undefined : Buffer.from(body),
      signal,
      // The adapter that obeys the agents.
      adapter: 'http',
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
      proxy: false,
      maxRedirects: 0,
      maxBodyLength: REQUEST_MAX_BYTES,
      decompress: false,
      responseType: 'stream',
      validateStatus: () => true,
      transformRequest: [],
      transformResponse: [],
    });
  }
}
