import { setTimeout as wait } from 'node:timers/promises';
import type { OutboundAnswer, OutboundHttp, OutboundRequest } from '../../../../platform/outbound/index.js';
import { ProviderError } from '../../provider-error.js';
import { refusalError } from '../../wire/refusals.js';
import { HUGGING_FACE_READER } from '../../wire/hugging-face.js';
import { mayFetchFrom } from './image-hosts.js';

/** Answers that hold no image are short. */
const SHORT_ANSWER_BYTES = 1024 * 1024;

export interface RouterAddress {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** How patiently the router is asked. */
export interface Pace {
  /** For all requests together, pauses included. */
  readonly timeoutMs: number;
  /** Before something is asked for again for the first time. */
  readonly firstPauseMs: number;
}

/** The requests that one piece of work needs, all of them together within one time limit. */
export class RouterCalls {
  readonly #endsAt: number;

  constructor(
    private readonly http: OutboundHttp,
    private readonly address: RouterAddress,
    private readonly pace: Pace,
    private readonly signal: AbortSignal,
  ) {
    this.#endsAt = performance.now() + pace.timeoutMs;
  }

  get firstPauseMs(): number {
    return this.pace.firstPauseMs;
  }

  /** @param path below the router's address @throws ProviderError for everything but a success */
  post(path: string, json: unknown, maxBytes = SHORT_ANSWER_BYTES, accept?: string): Promise<OutboundAnswer> {
    return this.#askRouter('POST', path, maxBytes, { json, accept });
  }

  /** @param path below the router's address @throws ProviderError for everything but a success */
  get(path: string, maxBytes = SHORT_ANSWER_BYTES): Promise<OutboundAnswer> {
    return this.#askRouter('GET', path, maxBytes, {});
  }

  /** @param path below the router's address @throws ProviderError for everything but a success */
  put(path: string): Promise<OutboundAnswer> {
    return this.#askRouter('PUT', path, SHORT_ANSWER_BYTES, {});
  }

  /**
   * Fetches an image that an answer only names. Nobody is shown the key for it.
   * @param hosts those that the sub-provider keeps its images on
   */
  async fetchImage(url: string, hosts: readonly string[], maxBytes: number): Promise<Buffer> {
    if (!mayFetchFrom(url, hosts, this.address.baseUrl)) {
      throw new ProviderError('bad_response', { providerCode: 'image_at_foreign_host' });
    }
    const { status, body } = await this.#send('GET', url, { Accept: 'image/*' }, maxBytes);
    if (isSuccess(status)) return body;
    // Neither our key nor our request is to blame: the address was theirs.
    const isPassing = status === 429 || status >= 500;
    throw new ProviderError(isPassing ? 'provider_unavailable' : 'bad_response', { httpStatus: status });
  }

  /** @throws ProviderError `timeout` when there is not so much time left */
  async pause(pauseMs: number): Promise<void> {
    if (pauseMs >= this.#leftMs()) throw new ProviderError('timeout');
    await wait(pauseMs, undefined, { signal: this.signal });
  }

  async #askRouter(
    method: OutboundRequest['method'],
    path: string,
    maxBytes: number,
    { json, accept }: { json?: unknown; accept?: string },
  ): Promise<OutboundAnswer> {
    const { baseUrl, apiKey } = this.address;
    const headers = { Authorization: `Bearer ${apiKey}`, ...(accept === undefined ? {} : { Accept: accept }) };
    const answer = await this.#send(method, `${baseUrl}${path}`, headers, maxBytes, json);
    if (!isSuccess(answer.status)) throw refusalError(answer, HUGGING_FACE_READER);
    return answer;
  }

  #send(
    method: OutboundRequest['method'],
    url: string,
    headers: Readonly<Record<string, string>>,
    maxBytes: number,
    json?: unknown,
  ): Promise<OutboundAnswer> {
    const timeoutMs = Math.max(this.#leftMs(), 1);
    return this.http.send(
      { method, url, headers, json, maxBytes, firstByteTimeoutMs: timeoutMs, totalTimeoutMs: timeoutMs },
      this.signal,
    );
  }

  #leftMs(): number {
    return this.#endsAt - performance.now();
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
