// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerControl } from './control.mjs';
import { FAULTS, sendRefusal } from './faults.mjs';
import { LIVE_MODELS, outputTokens, readImageOrder } from './image-request.mjs';
import { pictureAsBase64 } from './pictures.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./image-request.mjs').ImageOrder} ImageOrder */
/**
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} path
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Record<string, unknown>} body empty where the request had none
 * @property {'open' | 'answered' | 'aborted'} outcome aborted: the connection ended before the whole answer was sent
 */
/**
 * @typedef {object} FakeOpenAIOptions
 * @property {number} [port] default: any free one
 * @property {number} [pictureBytes] size of the PNG in an answer; default 60,000
 * @property {number} [delayMs] how long each image takes; default 0
 * @property {string} [apiKey] the only key that is accepted; default: any
 * @property {string} [redirectTo] where the redirects lead; default: a cloud's metadata
 */

const PICTURE_BYTES = 60_000;
const KEEP_ALIVE_MS = 60_000;
const METADATA_URL = 'http://169.254.169.254/latest/meta-data/';

/** Requests that are kept for tests to look at; only the count goes on after that. */
const MAX_RECORDED = 10_000;

/**
 * A server on this machine that speaks as OpenAI's image API does, and fails in every way that one can fail.
 *
 * A fault is chosen by the prompt (`[fake:fault=rate_limited]`, also `[fake:delay=200]` milliseconds), for the next
 * requests with `failNext`, or for all with `failAlways`; `FAULTS` lists their names.
 */
export class FakeOpenAI {
  #server = createServer((request, response) => void this.#answer(request, response));
  /** @type {string[]} */
  #nextFaults = [];
  /** @type {string | undefined} */
  #standingFault;
  #pictureBytes;
  #apiKey;
  #requestNumber = 0;

  /** The latest requests, oldest first. @type {RecordedRequest[]} */
  requests = [];
  /** How many images were asked for. */
  imageRequests = 0;
  /** Requests that are being answered. */
  inFlight = 0;
  delayMs;
  redirectTo;

  /** @param {FakeOpenAIOptions} options */
  constructor({ pictureBytes = PICTURE_BYTES, delayMs = 0, apiKey, redirectTo = METADATA_URL }) {
    this.#pictureBytes = pictureBytes;
    this.#apiKey = apiKey;
    this.delayMs = delayMs;
    this.redirectTo = redirectTo;
  }

  /** @param {FakeOpenAIOptions} [options] @returns {Promise<FakeOpenAI>} */
  static async start(options = {}) {
    const fake = new FakeOpenAI(options);
    // As the vendor's own connections, it outlives pauses: a client that finds one closed is not what is tested.
    fake.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    fake.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get origin() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The fake does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What OPENAI_BASE_URL is set to. */
  get baseUrl() {
    return `${this.origin}/v1`;
  }

  /** Open connections, busy or kept alive. @returns {Promise<number>} */
  connections() {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  /** @param {string} fault @param {number} [times] */
  failNext(fault, times = 1) {
    for (let index = 0; index < times; index += 1) this.#nextFaults.push(known(fault));
  }

  /** @param {string | undefined} fault undefined: answer honestly again */
  failAlways(fault) {
    this.#standingFault = fault === undefined ? undefined : known(fault);
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

  /** @param {IncomingMessage} request @param {ServerResponse} response */
  async #answer(request, response) {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const body = await readJson(request);
    if (path === '/_fake') return answerControl(this, request, response, body);
    this.#record(request, response, path, body);
    response.setHeader('x-request-id', `req_fake_${++this.#requestNumber}`);
    response.setHeader('openai-processing-ms', String(this.delayMs));
    if (!this.#isAuthorised(request)) return void FAULTS['invalid_api_key']?.(this.#exchange(request, response));
    if (request.method === 'GET' && path === '/v1/models') return sendModels(response);
    if (request.method === 'POST' && path === '/v1/images/generations')
      return this.#answerImages(request, response, body);
    return sendRefusal(response, {
      status: 404,
      message: `Invalid URL (${request.method} ${path})`,
      type: 'invalid_request_error',
      param: null,
      code: null,
    });
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Record<string, unknown>} body */
  async #answerImages(request, response, body) {
    this.imageRequests += 1;
    const prompt = String(body['prompt']);
    const fault = /\[fake:fault=(\w+)\]/.exec(prompt)?.[1] ?? this.#nextFaults.shift() ?? this.#standingFault;
    const delayMs = Number(/\[fake:delay=(\d+)\]/.exec(prompt)?.[1] ?? this.delayMs);
    if (delayMs > 0) await wait(delayMs);
    if (response.destroyed) return;
    const reading = readImageOrder(body);
    if ('refusal' in reading) return sendRefusal(response, reading.refusal);
    const { order } = reading;
    const exchange = this.#exchange(request, response, order);
    if (fault !== undefined) return FAULTS[known(fault)]?.(exchange);
    sendParts(
      response,
      successParts(
        order,
        Array.from({ length: order.count }, () => exchange.picture),
      ),
    );
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {ImageOrder} [order] @returns {import('./faults.mjs').Exchange} */
  #exchange(request, response, order) {
    const picture = order ? pictureAsBase64(order.size, this.#pictureBytes) : Buffer.alloc(0);
    return {
      request,
      response,
      picture,
      redirectTo: this.redirectTo,
      successBody: (images) => Buffer.concat(successParts(order, images)),
    };
  }

  /** @param {IncomingMessage} request */
  #isAuthorised({ headers: { authorization = '' } }) {
    return this.#apiKey === undefined ? /^Bearer \S+$/.test(authorization) : authorization === `Bearer ${this.#apiKey}`;
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
}

/** @param {string} fault */
function known(fault) {
  if (!Object.hasOwn(FAULTS, fault)) throw new Error(`The fake knows no fault "${fault}"`);
  return fault;
}

/** @param {ServerResponse} response */
function sendModels(response) {
  const data = LIVE_MODELS.map((id) => ({
    id,
    object: 'model',
    created: 1_795_000_000,
    owned_by: 'openai',
    shutdown_date: null,
  }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', data }));
}

/** Hands the picture to the socket as it is, uncopied. @param {ServerResponse} response @param {readonly Buffer[]} parts */
function sendParts(response, parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(length) });
  response.cork();
  for (const part of parts) response.write(part);
  response.uncork();
  response.end();
}

/** The answer that delivers these. @param {ImageOrder | undefined} order @param {readonly Buffer[]} images base64 @returns {Buffer[]} */
function successParts(order, images) {
  const output = order ? outputTokens(order) * images.length : 0;
  const input = Math.ceil((order?.prompt.length ?? 0) / 4);
  const rest = {
    background: 'opaque',
    output_format: 'png',
    quality: order?.quality,
    size: order && `${order.size.width}x${order.size.height}`,
    ...(order?.safetyIdentifier && { safety_identifier: order.safetyIdentifier }),
    usage: {
      input_tokens: input,
      input_tokens_details: { text_tokens: input, image_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { image_tokens: output, text_tokens: 0 },
      total_tokens: input + output,
    },
  };
  const entries = images.flatMap((image, index) => [
    Buffer.from(`${index > 0 ? ',' : ''}{"b64_json":"`),
    image,
    Buffer.from('"}'),
  ]);
  const created = Math.floor(Date.now() / 1000);
  return [Buffer.from(`{"created":${created},"data":[`), ...entries, Buffer.from(`],${JSON.stringify(rest).slice(1)}`)];
}

/** @param {IncomingMessage} request @returns {Promise<Record<string, unknown>>} */
async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}
