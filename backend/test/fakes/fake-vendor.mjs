// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answerControl } from './control.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/**
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} path
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Record<string, unknown>} body empty where the request had none
 * @property {'open' | 'answered' | 'aborted'} outcome aborted: the connection ended before the whole answer was sent
 */
/**
 * @typedef {object} FakeVendorOptions
 * @property {number} [port] default: any free one
 * @property {number} [delayMs] how long each piece of work takes; default 0
 * @property {string} [apiKey] the only key that is accepted; default: any
 * @property {string} [redirectTo] where the redirects lead; default: a cloud's metadata
 */

const KEEP_ALIVE_MS = 60_000;
const METADATA_URL = 'http://169.254.169.254/latest/meta-data/';

/** Requests that are kept for tests to look at; only the count goes on after that. */
const MAX_RECORDED = 10_000;

/**
 * What the fakes of all vendors have in common: a server on this machine that remembers what it was asked, fails when
 * it is told to, and can be steered from another process (see control.mjs).
 *
 * A fault is chosen by the prompt (`[fake:fault=rate_limited]`, also `[fake:delay=200]` milliseconds), for the next
 * requests with `failNext`, or for all with `failAlways`.
 */
export class FakeVendor {
  #server = createServer((request, response) => void this.#receive(request, response));
  /** @type {string[]} */
  #nextFaults = [];
  /** @type {string | undefined} */
  #standingFault;
  #faultNames;

  /** The latest requests, oldest first. @type {RecordedRequest[]} */
  requests = [];
  /** How many images were asked for. */
  imageRequests = 0;
  /** Requests that are being answered. */
  inFlight = 0;
  delayMs;
  apiKey;
  redirectTo;

  /** @param {readonly string[]} faultNames @param {FakeVendorOptions} options */
  constructor(faultNames, { delayMs = 0, apiKey, redirectTo = METADATA_URL }) {
    this.#faultNames = faultNames;
    this.delayMs = delayMs;
    this.apiKey = apiKey;
    this.redirectTo = redirectTo;
  }

  /** @param {number} [port] */
  async listen(port = 0) {
    // As the vendor's own connections, it outlives pauses: a client that finds one closed is not what is tested.
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get origin() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The fake does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Open connections, busy or kept alive. @returns {Promise<number>} */
  connections() {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  /** @param {string} fault @param {number} [times] */
  failNext(fault, times = 1) {
    for (let index = 0; index < times; index += 1) this.#nextFaults.push(this.#known(fault));
  }

  /** @param {string | undefined} fault undefined: answer honestly again */
  failAlways(fault) {
    this.#standingFault = fault === undefined ? undefined : this.#known(fault);
  }

  /** Forgets faults, delays and what was recorded. */
  reset() {
    this.#nextFaults = [];
    this.#standingFault = undefined;
    this.delayMs = 0;
    this.requests = [];
    this.imageRequests = 0;
  }

  /** Ends at once, hanging answers included. */
  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  /**
   * Answers one request; each vendor does it in its own way.
   * @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body
   * @returns {Promise<void> | void}
   */
  answer(request, response, url, body) {
    void [request, response, url, body];
    throw new Error('A vendor has to answer');
  }

  /** The fault of the work that is asked for with this prompt, and how long the work takes. @param {string} prompt */
  planFor(prompt) {
    const fault = /\[fake:fault=(\w+)\]/.exec(prompt)?.[1] ?? this.#nextFaults.shift() ?? this.#standingFault;
    const delayMs = Number(/\[fake:delay=(\d+)\]/.exec(prompt)?.[1] ?? this.delayMs);
    return { fault: fault === undefined ? undefined : this.#known(fault), delayMs };
  }

  /** Whether the request carries the key that was issued, as a bearer's token. @param {IncomingMessage} request */
  isAuthorised({ headers: { authorization = '' } }) {
    return this.apiKey === undefined ? /^Bearer \S+$/.test(authorization) : authorization === `Bearer ${this.apiKey}`;
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response */
  async #receive(request, response) {
    const url = new URL(request.url ?? '/', this.origin);
    const body = await readJson(request);
    if (url.pathname === '/_fake') return answerControl(this, request, response, body);
    this.#record(request, response, url.pathname, body);
    try {
      await this.answer(request, response, url, body);
    } catch (error) {
      // A mistake in a test, such as a fault that does not exist: whoever asked is told.
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    }
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {string} path @param {Record<string, unknown>} body */
  #record({ method = '', headers }, response, path, body) {
    /** @type {RecordedRequest} */
    const recorded = { method, path, headers, body, outcome: 'open' };
    if (this.requests.length < MAX_RECORDED) this.requests.push(recorded);
    this.inFlight += 1;
    response.on('close', () => {
      this.inFlight -= 1;
      recorded.outcome = response.writableFinished ? 'answered' : 'aborted';
    });
  }

  /** @param {string} fault */
  #known(fault) {
    if (!this.#faultNames.includes(fault)) throw new Error(`The fake knows no fault "${fault}"`);
    return fault;
  }
}

/** @param {IncomingMessage} request @returns {Promise<Record<string, unknown>>} */
async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}
