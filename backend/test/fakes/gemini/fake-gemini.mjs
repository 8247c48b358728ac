// @ts-check
import { setTimeout as wait } from 'node:timers/promises';
import { FakeVendor } from '../fake-vendor.mjs';
import { pictureAsBase64 } from '../pictures.mjs';
import { candidateParts } from './answers.mjs';
import { FAULTS, refuseKey, sendRefusal } from './faults.mjs';
import { IMAGE_MODELS, TEXT_MODELS, missingModel, readOrder } from './generate-request.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./generate-request.mjs').Order} Order */
/** @typedef {import('../fake-vendor.mjs').FakeVendorOptions & { pictureBytes?: number }} FakeGeminiOptions */

const PICTURE_BYTES = 60_000;
/** Both versions of the API know these methods, and answer alike. */
const PATH = /^\/v1(?:beta)?\/models(?:\/([^:/]+)(?::(\w+))?)?$/;
const PAGE_SIZE = 50;

/**
 * A server on this machine that speaks as the Gemini API does, makes images and texts, and fails in every way that
 * one can fail: `FAULTS`.
 */
export class FakeGemini extends FakeVendor {
  #pictureBytes;
  #responseNumber = 0;

  /** @param {FakeGeminiOptions} options */
  constructor({ pictureBytes = PICTURE_BYTES, ...options }) {
    super(Object.keys(FAULTS), options);
    this.#pictureBytes = pictureBytes;
  }

  /** @param {FakeGeminiOptions} [options] @returns {Promise<FakeGemini>} */
  static async start(options = {}) {
    const fake = new FakeGemini(options);
    await fake.listen(options.port);
    return fake;
  }

  /** What GEMINI_BASE_URL is set to. */
  get baseUrl() {
    return this.origin;
  }

  /** Whether the request carries the key that was issued, where the vendor wants it. @override @param {IncomingMessage} request */
  isAuthorised({ headers: { 'x-goog-api-key': key } }) {
    return this.apiKey === undefined ? key !== undefined : key === this.apiKey;
  }

  /** @override @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body */
  async answer(request, response, { pathname: path, searchParams }, body) {
    const key = request.headers['x-goog-api-key'];
    if (key === undefined) {
      const message =
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";
      return sendRefusal(response, { code: 403, status: 'PERMISSION_DENIED', message });
    }
    if (!this.isAuthorised(request)) return refuseKey(response, String(key));
    const [isKnown, model, method] = PATH.exec(path) ?? [];
    if (isKnown !== undefined && request.method === 'GET' && method === undefined) {
      return model === undefined ? sendModels(response, searchParams) : sendModel(response, model);
    }
    if (model !== undefined && request.method === 'POST' && method === 'generateContent') {
      return this.#generate(request, response, model, body);
    }
    response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' });
    response.end('<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>');
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {string} model @param {Record<string, unknown>} body */
  async #generate(request, response, model, body) {
    const reading = readOrder(model, body);
    const responseId = `fakeResponse_${++this.#responseNumber}`;
    const order = { ...('order' in reading ? reading.order : { model, prompt: '', size: undefined }), responseId };
    if (order.size) this.imageRequests += 1;
    const { fault, delayMs } = this.planFor(order.prompt);
    if (delayMs > 0) await wait(delayMs);
    if (response.destroyed) return;
    if ('refusal' in reading) return sendRefusal(response, reading.refusal);
    const exchange = this.#exchange(request, response, order);
    if (fault !== undefined) return FAULTS[fault]?.(exchange);
    const honest = order.size
      ? candidateParts(order, [{ text: 'Here is your image.' }, { picture: exchange.picture }])
      : candidateParts(order, [{ text: enriched(order.prompt) }], { thoughtTokens: 12 });
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    response.cork();
    for (const part of honest) response.write(part);
    response.uncork();
    response.end();
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Order} order @returns {import('./faults.mjs').Exchange} */
  #exchange(request, response, order) {
    const pictureOf = (/** @type {number} */ bytes) =>
      order.size ? pictureAsBase64(order.size, bytes) : Buffer.alloc(0);
    return {
      request,
      response,
      order,
      picture: pictureOf(this.#pictureBytes),
      draft: pictureOf(this.#pictureBytes / 2),
      redirectTo: this.redirectTo,
      successBody: (pictures) =>
        Buffer.concat(
          candidateParts(
            order,
            pictures.map((picture) => ({ picture })),
          ),
        ),
    };
  }
}

/** What a good writer makes of an idea. @param {string} prompt */
function enriched(prompt) {
  return `${prompt.trim()}, in the warm light of the last hour of the day, seen from a low angle, rich in fine detail`;
}

/** @param {string} id */
function modelOf(id) {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    description: 'A model',
    inputTokenLimit: 65_536,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'batchGenerateContent'],
    temperature: 1,
    topP: 0.95,
    topK: 64,
    maxTemperature: 2,
  };
}

/** @param {ServerResponse} response @param {URLSearchParams} parameters */
function sendModels(response, parameters) {
  const all = [...IMAGE_MODELS, ...TEXT_MODELS];
  const size = Math.min(Number(parameters.get('pageSize') ?? PAGE_SIZE), 1_000);
  const start = Number(parameters.get('pageToken') ?? 0);
  const isLast = start + size >= all.length;
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(
    JSON.stringify({
      models: all.slice(start, start + size).map(modelOf),
      ...(!isLast && { nextPageToken: String(start + size) }),
    }),
  );
}

/** @param {ServerResponse} response @param {string} id */
function sendModel(response, id) {
  if (![...IMAGE_MODELS, ...TEXT_MODELS].includes(id)) return sendRefusal(response, missingModel(id));
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(modelOf(id)));
}
