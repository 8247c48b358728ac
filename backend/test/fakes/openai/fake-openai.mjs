// @ts-check
import { setTimeout as wait } from 'node:timers/promises';
import { FakeVendor } from '../fake-vendor.mjs';
import { pictureAsBase64 } from '../pictures.mjs';
import { FAULTS, sendRefusal } from './faults.mjs';
import { LIVE_MODELS, outputTokens, readImageOrder } from './image-request.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./image-request.mjs').ImageOrder} ImageOrder */
/**
 * @typedef {object} PictureOptions
 * @property {number} [pictureBytes] size of the PNG in an answer; default 60,000
 */
/** @typedef {import('../fake-vendor.mjs').FakeVendorOptions & PictureOptions} FakeOpenAIOptions */

const PICTURE_BYTES = 60_000;

/** A server on this machine that speaks as OpenAI's image API does, and fails in every way that one can fail: `FAULTS`. */
export class FakeOpenAI extends FakeVendor {
  #pictureBytes;
  #requestNumber = 0;
  /** The days from which models are gone, as YYYY-MM-DD. @type {Map<string, string>} */
  shutdownDates = new Map();

  /** @param {FakeOpenAIOptions} options */
  constructor({ pictureBytes = PICTURE_BYTES, ...options }) {
    super(Object.keys(FAULTS), options);
    this.#pictureBytes = pictureBytes;
  }

  /** @param {FakeOpenAIOptions} [options] @returns {Promise<FakeOpenAI>} */
  static async start(options = {}) {
    const fake = new FakeOpenAI(options);
    await fake.listen(options.port);
    return fake;
  }

  /** @override */
  reset() {
    super.reset();
    this.shutdownDates.clear();
  }

  /** What OPENAI_BASE_URL is set to. */
  get baseUrl() {
    return `${this.origin}/v1`;
  }

  /** @override @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body */
  async answer(request, response, { pathname: path }, body) {
    response.setHeader('x-request-id', `req_fake_${++this.#requestNumber}`);
    response.setHeader('openai-processing-ms', String(this.delayMs));
    if (!this.isAuthorised(request)) return void FAULTS['invalid_api_key']?.(this.#exchange(request, response));
    if (request.method === 'GET' && path === '/v1/models') return sendModels(response, this.shutdownDates);
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
    const { fault, delayMs } = this.planFor(String(body['prompt']));
    if (delayMs > 0) await wait(delayMs);
    if (response.destroyed) return;
    const reading = readImageOrder(body);
    if ('refusal' in reading) return sendRefusal(response, reading.refusal);
    const { order } = reading;
    const exchange = this.#exchange(request, response, order);
    if (fault !== undefined) return FAULTS[fault]?.(exchange);
    sendParts(
      response,
      successParts(
        order,
        Array.from({ length: order.count }, () => exchange.picture),
      ),
    );
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {ImageOrder} [order] @returns {import('../mishaps.mjs').Exchange} */
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
}

/** @param {ServerResponse} response @param {ReadonlyMap<string, string>} shutdownDates */
function sendModels(response, shutdownDates) {
  const data = LIVE_MODELS.map((id) => ({
    id,
    object: 'model',
    created: 1_795_000_000,
    owned_by: 'openai',
    shutdown_date: shutdownDates.get(id) ?? null,
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
