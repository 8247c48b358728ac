// @ts-check
import { setTimeout as wait } from 'node:timers/promises';
import { FakeVendor } from '../fake-vendor.mjs';
import { JSON_TYPE, send } from '../misbehaviour.mjs';
import { asBase64, pictureAsBase64, pictureOf } from '../pictures.mjs';
import { chatModelList, mappingOf } from './catalogue.mjs';
import { CHAT_FAULTS, readChat, sendCompletion } from './chat.mjs';
import { FalQueue } from './fal-queue.mjs';
import { FAULTS } from './faults.mjs';
import { ORDERS } from './image-orders.mjs';
import { JOB_FAULTS } from './queue-faults.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./catalogue.mjs').SubProvider} SubProvider */
/** @typedef {import('./image-orders.mjs').ImageOrder} ImageOrder */
/**
 * @typedef {object} HuggingFaceOptions
 * @property {number} [pictureBytes] size of the PNG in an answer; default 60,000
 * @property {string} [mediaOrigin] where fal's pictures are said to be; default: here
 * @property {'binary' | 'base64'} [hfInferenceAnswers] how hf-inference hands out its pictures; default binary
 */
/** @typedef {import('../fake-vendor.mjs').FakeVendorOptions & HuggingFaceOptions} FakeHuggingFaceOptions */

const PICTURE_BYTES = 60_000;

/** What every answer of the router has, and means nothing as long as there is something left. */
const LIMITS = { ratelimit: '"api";r=412;t=200', 'ratelimit-policy': '"fixed window";"api";q=500;w=300' };

/** The ways to the sub-providers; what follows the route is the model, where it is a part of it. */
const ROUTES = /^\/(nscale|together)\/v1\/images\/generations$|^\/(hf-inference)\/models\/(.+)$|^\/(fal-ai)\/(.+)$/;

/**
 * A server on this machine that speaks as Hugging Face's router does, with four of the providers behind it, and as much
 * of the Hub as is needed to know a token and a model. It fails in every way that one can fail: `FAULTS` at once, with
 * fal's queue also later (`JOB_FAULTS`), `CHAT_FAULTS` in a conversation.
 */
export class FakeHuggingFace extends FakeVendor {
  #queue = new FalQueue();
  #pictureBytes;
  #mediaOrigin;
  #requestNumber = 0;

  hfInferenceAnswers;
  /** How many conversations were asked for. */
  chatRequests = 0;
  /** What the assistant answers. @type {(prompt: string) => string} */
  reply = (prompt) => `${prompt}, in soft golden-hour light, composed along the rule of thirds`;
  /** What a fine-grained token may do; undefined for a token of the old kind, which may do everything. @type {string[] | undefined} */
  permissions = ['inference.serverless.write'];

  /** @param {FakeHuggingFaceOptions} options */
  constructor({ pictureBytes = PICTURE_BYTES, mediaOrigin, hfInferenceAnswers = 'binary', ...options }) {
    super([FAULTS, JOB_FAULTS, CHAT_FAULTS].flatMap(Object.keys), options);
    this.#pictureBytes = pictureBytes;
    this.#mediaOrigin = mediaOrigin;
    this.hfInferenceAnswers = hfInferenceAnswers;
  }

  /** @param {FakeHuggingFaceOptions} [options] @returns {Promise<FakeHuggingFace>} */
  static async start(options = {}) {
    const fake = new FakeHuggingFace(options);
    await fake.listen(options.port);
    return fake;
  }

  /** What stands for https://router.huggingface.co, and for https://huggingface.co. */
  get baseUrl() {
    return this.origin;
  }

  /** Whether fal's jobs go on being made until this is false again. */
  get holdsJobs() {
    return this.#queue.isHeld;
  }

  set holdsJobs(isHeld) {
    this.#queue.isHeld = isHeld;
  }

  /** Ids of fal's jobs that were called off in time. */
  get canceledJobs() {
    return this.#queue.canceled;
  }

  /** Loses fal's jobs. */
  forgetJobs() {
    this.#queue.forget();
  }

  /** @override */
  reset() {
    super.reset();
    this.#queue.isHeld = false;
    this.#queue.canceled = [];
    this.chatRequests = 0;
    this.hfInferenceAnswers = 'binary';
    this.permissions = ['inference.serverless.write'];
  }

  /** @override @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body */
  async answer(request, response, url, body) {
    const { pathname: path } = url;
    const isPost = request.method === 'POST';
    const exchange = { request, response, redirectTo: this.redirectTo };
    response.setHeader('x-request-id', `Root=1-fake-${++this.#requestNumber}`);
    if (!isPost && path.startsWith('/files/')) return this.#queue.media(exchange, path);
    for (const [name, value] of Object.entries(LIMITS)) response.setHeader(name, value);
    // Who is asked for what may be known to everybody.
    if (!isPost && path === '/v1/models') return send(response, JSON.stringify(chatModelList()));
    if (!isPost && path.startsWith('/api/models/')) return sendMapping(response, path.slice('/api/models/'.length));
    if (!this.isAuthorised(request)) return this.#fail('invalid_token', exchange);
    if (!isPost && path === '/api/whoami-v2') return this.#sendIdentity(response);
    if (isPost && path === '/v1/chat/completions') return this.#answerChat(exchange, body);
    if (request.method === 'PUT' && isQueue(url)) return this.#queue.cancel(response, path);
    if (!isPost && path.startsWith('/fal-ai/') && isQueue(url)) return this.#queue.tell(exchange, path);
    const [, ...found] = ROUTES.exec(path) ?? [];
    const [subProvider, model = ''] = found.filter((part) => part !== undefined);
    if (!isPost || subProvider === undefined || (subProvider === 'fal-ai' && !isQueue(url)))
      return send(response, '{"error":"Not Found"}', 404);
    return this.#answerImage(exchange, /** @type {SubProvider} */ (subProvider), model, body);
  }

  /** @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {SubProvider} subProvider @param {string} route @param {Record<string, unknown>} body */
  async #answerImage(exchange, subProvider, route, body) {
    this.imageRequests += 1;
    const { fault, delayMs } = this.planFor(String(body['prompt'] ?? body['inputs']));
    if (delayMs > 0) await wait(delayMs);
    const { response } = exchange;
    if (response.destroyed) return;
    const reading = ORDERS[subProvider](body, route);
    if ('refusal' in reading) return send(response, JSON.stringify(reading.refusal.body), reading.refusal.status);
    const { order } = reading;
    if (fault !== undefined && Object.hasOwn(FAULTS, fault)) return this.#fail(fault, exchange, subProvider, order);
    if (subProvider === 'fal-ai') {
      const picture = pictureOf(order.size, this.#pictureBytes);
      return this.#queue.submit(response, order, picture, this.#mediaOrigin ?? this.origin, fault);
    }
    if (fault !== undefined) throw new Error(`${subProvider} can not fail as a queue does: ${fault}`);
    if (subProvider === 'hf-inference' && this.hfInferenceAnswers === 'binary')
      return send(response, pictureOf(order.size, this.#pictureBytes), 200, { 'content-type': 'image/png' });
    sendBase64(response, order, pictureAsBase64(order.size, this.#pictureBytes));
  }

  /** @param {string} fault @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {SubProvider} [subProvider] @param {ImageOrder} [order] */
  #fail(fault, exchange, subProvider, order) {
    const picture = order ? pictureOf(order.size, this.#pictureBytes) : Buffer.alloc(0);
    FAULTS[fault]?.({
      ...exchange,
      picture,
      deliver: (image) => {
        if (!order) throw new Error(`Only an image can fail so: ${fault}`);
        this.#deliver(exchange.response, order, image, subProvider);
      },
      successBody: () => Buffer.from(`{"data":[{"b64_json":"${'A'.repeat(4_096)}"}]}`),
    });
  }

  /** @param {ServerResponse} response @param {ImageOrder} order @param {{ bytes: Buffer } | { base64: Buffer }} image @param {SubProvider} [subProvider] */
  #deliver(response, order, image, subProvider) {
    if (subProvider === 'fal-ai') {
      // It knows no base64 but in an address.
      const origin = 'base64' in image ? `data:image/png;base64,${image.base64}#` : (this.#mediaOrigin ?? this.origin);
      return this.#queue.submit(response, order, 'bytes' in image ? image.bytes : Buffer.alloc(0), origin);
    }
    if (subProvider === 'hf-inference' && 'bytes' in image)
      return send(response, image.bytes, 200, { 'content-type': 'image/png' });
    sendBase64(response, order, 'base64' in image ? image.base64 : asBase64(image.bytes));
  }

  /** @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {Record<string, unknown>} body */
  async #answerChat(exchange, body) {
    this.chatRequests += 1;
    const reading = readChat(body);
    if ('refusal' in reading) return send(exchange.response, JSON.stringify(reading.refusal), 400);
    const { fault, delayMs } = this.planFor(reading.prompt);
    if (delayMs > 0) await wait(delayMs);
    if (exchange.response.destroyed) return;
    if (fault === undefined) return sendCompletion(exchange.response, reading.model, this.reply(reading.prompt));
    const chatFault = CHAT_FAULTS[fault];
    if (chatFault) return chatFault(exchange);
    this.#fail(fault, exchange);
  }

  /** @param {ServerResponse} response */
  #sendIdentity(response) {
    const accessToken = this.permissions
      ? { displayName: 'atelier', role: 'fineGrained', fineGrained: { global: this.permissions, scoped: [] } }
      : { displayName: 'atelier', role: 'read' };
    send(response, JSON.stringify({ type: 'user', name: 'fake-user', canPay: true, auth: { accessToken } }));
  }
}

/** @param {URL} url */
function isQueue({ searchParams }) {
  return searchParams.get('_subdomain') === 'queue';
}

/** @param {ServerResponse} response @param {string} id */
function sendMapping(response, id) {
  const mapping = mappingOf(decodeURIComponent(id));
  send(response, JSON.stringify(mapping ?? { error: 'Repository not found' }), mapping ? 200 : 404);
}

/** Hands the picture to the socket as it is, uncopied. @param {ServerResponse} response @param {ImageOrder} order @param {Buffer} base64 */
function sendBase64(response, { model }, base64) {
  const start = Buffer.from(
    `{"id":"fake","model":${JSON.stringify(model)},"object":"list","data":[{"index":0,"b64_json":"`,
  );
  const end = Buffer.from('"}]}');
  response.writeHead(200, { ...JSON_TYPE, 'content-length': String(start.length + base64.length + end.length) });
  response.cork();
  response.write(start);
  response.write(base64);
  response.uncork();
  response.end(end);
}
