// @ts-check
import { setTimeout as wait } from 'node:timers/promises';
import { FakeVendor } from '../fake-vendor.mjs';
import { rewrite, tokensOf } from '../language-model.mjs';
import { JSON_TYPE, send } from '../misbehaviour.mjs';
import { FAULTS, refuse } from './faults.mjs';
import { findModel, running, show, tags } from './models.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('../language-model.mjs').ChatMessage} ChatMessage */
/**
 * @typedef {object} LoadOptions
 * @property {number} [loadMs] how long the first request to a model takes in addition; default 0
 */
/** @typedef {import('../fake-vendor.mjs').FakeVendorOptions & LoadOptions} FakeOllamaOptions */

export const VERSION = '0.33.1';
const NANOSECONDS_PER_MS = 1_000_000;

/**
 * A server on this machine that speaks as Ollama does, and fails in every way that one can fail: `FAULTS`. Ollama
 * itself knows no keys; with `apiKey` it stands behind a proxy that asks for one.
 */
export class FakeOllama extends FakeVendor {
  #loadMs;
  /** Models that are in memory. @type {Set<string>} */
  #loaded = new Set();
  /** What the model says instead of the prompt made richer. @type {string | undefined} */
  says;

  /** @param {FakeOllamaOptions} options */
  constructor({ loadMs = 0, ...options }) {
    super(Object.keys(FAULTS), options);
    this.#loadMs = loadMs;
  }

  /** @param {FakeOllamaOptions} [options] @returns {Promise<FakeOllama>} */
  static async start(options = {}) {
    const fake = new FakeOllama(options);
    await fake.listen(options.port);
    return fake;
  }

  /** What OLLAMA_BASE_URL is set to. */
  get baseUrl() {
    return this.origin;
  }

  /** @override */
  reset() {
    super.reset();
    this.#loaded.clear();
    this.says = undefined;
  }

  /** @override @param {IncomingMessage} request @param {ServerResponse} response @param {URL} url @param {Record<string, unknown>} body */
  answer(request, response, { pathname: path }, body) {
    if (this.apiKey !== undefined && !this.isAuthorised(request)) return refuse(response, 401, 'unauthorized');
    switch (`${request.method} ${path}`) {
      case 'GET /':
        return send(response, 'Ollama is running', 200, { 'content-type': 'text/plain; charset=utf-8' });
      case 'GET /api/version':
        return this.#answerProbe(request, response, { version: VERSION });
      case 'GET /api/tags':
        return this.#answerProbe(request, response, tags());
      case 'GET /api/ps':
        return send(response, JSON.stringify(running(this.#loaded)));
      case 'POST /api/show':
        return this.#answerShow(response, body);
      case 'POST /api/chat':
        return this.#answerChat(request, response, body);
      default:
        return send(response, '404 page not found', 404, { 'content-type': 'text/plain' });
    }
  }

  /** What is asked to see whether somebody is there; a standing fault is one of all routes. @param {IncomingMessage} request @param {ServerResponse} response @param {object} answer */
  async #answerProbe(request, response, answer) {
    const { fault, delayMs } = this.planFor('');
    if (delayMs > 0) await wait(delayMs);
    const text = JSON.stringify(answer);
    if (fault === undefined) return send(response, text);
    FAULTS[fault]?.({ request, response, model: '', redirectTo: this.redirectTo, answer: () => text });
  }

  /** @param {ServerResponse} response @param {Record<string, unknown>} body */
  #answerShow(response, body) {
    const name = String(body['model'] ?? body['name'] ?? '');
    const model = findModel(name);
    if (!model) return refuse(response, 404, `model '${name}' not found`);
    send(response, JSON.stringify(show(model)));
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Record<string, unknown>} body */
  async #answerChat(request, response, body) {
    const name = String(body['model'] ?? '');
    const messages = readMessages(body['messages']);
    const { fault, delayMs } = this.planFor(messages.map(({ content }) => content).join('\n'));
    const loadMs = this.#loaded.has(name) ? 0 : this.#loadMs;
    if (delayMs + loadMs > 0) await wait(delayMs + loadMs);
    if (response.destroyed) return;
    const honest = this.#honestAnswer(name, messages, loadMs);
    /** @param {object} [changes] */
    const answer = (changes) => JSON.stringify({ ...honest, ...changes });
    const exchange = { request, response, model: name, redirectTo: this.redirectTo, answer };
    if (fault !== undefined) return FAULTS[fault]?.(exchange);
    if (name === '') return refuse(response, 400, 'model is required');
    const model = findModel(name);
    if (!model) return FAULTS['model_not_found']?.(exchange);
    if (model.capabilities.includes('image')) return FAULTS['image_model']?.(exchange);
    if (!model.capabilities.includes('completion')) return FAULTS['chat_unsupported']?.(exchange);
    const mayThink = model.capabilities.includes('thinking');
    if (isTrue(body['think']) && !mayThink) return FAULTS['thinking_unsupported']?.(exchange);
    if (Number(body['keep_alive'] ?? 1) === 0) this.#loaded.delete(name);
    else this.#loaded.add(name);
    if (messages.length === 0) return FAULTS['only_loaded']?.(exchange);
    // Unless told otherwise, a model that can think does.
    const thinking = mayThink && body['think'] !== false ? 'The user wants a picture.' : undefined;
    const message = { ...honest.message, ...(thinking && { thinking }) };
    if (body['stream'] === false) return send(response, answer({ message }));
    sendStream(response, honest, message);
  }

  /** @param {string} model @param {readonly ChatMessage[]} messages @param {number} loadMs */
  #honestAnswer(model, messages, loadMs) {
    const content = this.says ?? rewrite(messages);
    return {
      model,
      created_at: '2026-11-28T12:00:00.000000000Z',
      message: { role: 'assistant', content },
      done: true,
      done_reason: 'stop',
      total_duration: (loadMs + 1) * NANOSECONDS_PER_MS,
      load_duration: loadMs * NANOSECONDS_PER_MS,
      prompt_eval_count: messages.reduce((sum, message) => sum + tokensOf(message.content), 0),
      prompt_eval_duration: 100_000,
      eval_count: tokensOf(content),
      eval_duration: 400_000,
    };
  }
}

/** @param {unknown} think */
const isTrue = (think) => think === true || typeof think === 'string';

/** What comes unless `stream` is false: a line of JSON for each piece. @param {ServerResponse} response @param {object} last @param {object & { content: string }} message */
function sendStream(response, last, message) {
  response.writeHead(200, { ...JSON_TYPE, 'content-type': 'application/x-ndjson' });
  for (const piece of message.content.split(/(?<= )/)) {
    const part = { ...last, message: { ...message, content: piece }, done: false, done_reason: undefined };
    response.write(`${JSON.stringify(part)}\n`);
  }
  response.end(`${JSON.stringify({ ...last, message: { ...message, content: '' } })}\n`);
}

/** @param {unknown} messages @returns {ChatMessage[]} */
function readMessages(messages) {
  if (!Array.isArray(messages)) return [];
  return messages.map((message) => ({ role: String(message?.role), content: String(message?.content ?? '') }));
}
