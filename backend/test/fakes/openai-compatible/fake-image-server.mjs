// @ts-check
import { setTimeout as wait } from 'node:timers/promises';
import { FakeVendor } from '../fake-vendor.mjs';
import { send } from '../misbehaviour.mjs';
import { pictureAsBase64 } from '../pictures.mjs';
import { FAULTS, ODD_PLACES } from './faults.mjs';
import { FLAVOURS } from './flavours.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./flavours.mjs').Drawing} Drawing */
/** @typedef {keyof typeof FLAVOURS} FlavourName */
/**
 * @typedef {object} ServerOptions
 * @property {FlavourName} [flavour] which server is played; default: vllm_omni
 * @property {number} [pictureBytes]
 */
/** @typedef {import('../fake-vendor.mjs').FakeVendorOptions & ServerOptions} FakeImageServerOptions */

const PICTURE_BYTES = 60_000;
const DEFAULT_SIZE = '1024x1024';

/** Of an order that is refused before it is read. @type {Drawing} */
const NOTHING = { prompt: '', size: { width: 1024, height: 1024 }, seed: 0 };

/** A server on this machine that a team might run on its own graphics cards. It can be any of several, and fails: `FAULTS`. */
export class FakeImageServer extends FakeVendor {
  #pictureBytes;
  /** Pictures by the path where they have been put aside. @type {Map<string, Buffer>} */
  #aside = new Map();
  flavour;
  /** What was drawn, the latest last. @type {Drawing[]} */
  drawings = [];

  /** @param {FakeImageServerOptions} options */
  constructor({ flavour = 'vllm_omni', pictureBytes = PICTURE_BYTES, ...options }) {
    super(Object.keys(FAULTS), options);
    this.#pictureBytes = pictureBytes;
    this.flavour = FLAVOURS[flavour];
  }

  /** @param {FakeImageServerOptions} [options] @returns {Promise<FakeImageServer>} */
  static async start(options = {}) {
    const fake = new FakeImageServer(options);
    await fake.listen(options.port);
    return fake;
  }

  /** What OPENAI_COMPATIBLE_BASE_URL is set to. */
  get baseUrl() {
    return `${this.origin}/v1`;
  }

  /** Whether the request may be made: many of these servers ask for no key. @override @param {IncomingMessage} request */
  isAuthorised(request) {
    return this.flavour.isKeyless || this.apiKey === undefined || super.isAuthorised(request);
  }

  /** @override */
  reset() {
    super.reset();
    this.drawings = [];
    this.#aside.clear();
  }

  /** @override @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body */
  async answer(request, response, { pathname: path }, body) {
    const [, odd] = /^\/_odd\/(\w+)$/.exec(path) ?? [];
    if (odd !== undefined) return ODD_PLACES[odd]?.(response, this.redirectTo);
    if (!this.isAuthorised(request)) return this.flavour.refuse(response, { status: 401, message: 'Unauthorized' });
    if (request.method === 'GET' && path === '/v1/models') return this.#sendModels(response);
    const aside = this.#aside.get(path);
    if (request.method === 'GET' && aside) return send(response, aside, 200, { 'content-type': 'image/png' });
    if (request.method === 'POST' && path === '/v1/images/generations') return this.#draw(request, response, body);
    return send(response, '{"detail":"Not Found"}', 404);
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Record<string, unknown>} body */
  async #draw(request, response, body) {
    this.imageRequests += 1;
    const { prompt, size = DEFAULT_SIZE, seed = 1024, response_format: format = this.flavour.defaultFormat } = body;
    const { fault, delayMs } = this.planFor(String(prompt));
    if (delayMs > 0) await wait(delayMs);
    if (response.destroyed) return;
    const pixels = /^(\d{2,4})x(\d{2,4})$/.exec(String(size));
    const isReadable = typeof prompt === 'string' && prompt !== '' && pixels && typeof seed === 'number';
    const ordered = { prompt: String(prompt), size: { width: Number(pixels?.[1]), height: Number(pixels?.[2]) }, seed };
    const drawing = isReadable ? this.flavour.obey({ ...ordered, seed }) : NOTHING;
    const exchange = this.#exchange(request, response, drawing);
    if (fault !== undefined) return FAULTS[fault]?.(exchange);
    if (!isReadable) return this.flavour.refuse(response, { status: 400, message: 'Invalid prompt, size or seed' });
    this.drawings.push(drawing);
    if (format === 'b64_json') return send(response, exchange.successBody([exchange.picture]));
    return FAULTS['link']?.(exchange);
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Drawing} drawing @returns {import('./faults.mjs').Exchange} */
  #exchange(request, response, { size }) {
    const picture = pictureAsBase64(size, this.#pictureBytes);
    return {
      request,
      response,
      picture,
      flavour: this.flavour,
      origin: this.origin,
      redirectTo: this.redirectTo,
      putAside: () => {
        const link = this.flavour.linkTo(`image-${this.imageRequests}`, this.origin);
        this.#aside.set(new URL(link, this.origin).pathname, Buffer.from(picture.toString('latin1'), 'base64'));
        return link;
      },
      successBody: (images) =>
        Buffer.concat([
          Buffer.from('{"created":1795350000,"data":['),
          ...images.flatMap((image, index) => [
            Buffer.from(`${index > 0 ? ',' : ''}{"b64_json":"`),
            image,
            Buffer.from('","url":null,"revised_prompt":null}'),
          ]),
          Buffer.from(']}'),
        ]),
    };
  }

  /** @param {ServerResponse} response */
  #sendModels(response) {
    const data = [{ id: this.flavour.model, object: 'model', created: 1_795_000_000, owned_by: 'local' }];
    send(response, JSON.stringify({ object: 'list', data }));
  }
}
