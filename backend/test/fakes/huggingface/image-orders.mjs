// @ts-check
import { serves } from './catalogue.mjs';

/** @typedef {import('./catalogue.mjs').SubProvider} SubProvider */
/** @typedef {import('../pictures.mjs').Size} Size */
/**
 * What is asked for, as far as it changes the answer.
 * @typedef {object} ImageOrder
 * @property {string} model
 * @property {string} prompt
 * @property {Size} size
 * @property {number | null} seed
 */
/** @typedef {{ status: number, body: object, headers?: Record<string, string> }} Refusal */
/** @typedef {{ order: ImageOrder } | { refusal: Refusal }} Reading */

const SQUARE = { width: 1024, height: 1024 };
const MAX_EDGE = 4_096;
const MAX_STEPS = 50;

/** Reads the body of a request as strictly as the sub-provider does, by sub-provider. @type {Record<SubProvider, (body: Record<string, unknown>, route: string) => Reading>} */
export const ORDERS = {
  /** OpenAI's shape; an edge has a name of its own with others only: `size` is what counts here. */
  nscale: ({ model, prompt, size, response_format: format, n = 1 }) => {
    if (format !== 'b64_json') return refuse({ error: invalid('response_format', `Invalid value: '${format}'`) });
    if (n !== 1) return refuse({ error: invalid('n', 'Only one image at a time.') });
    const pixels = size === undefined ? SQUARE : readSize(size);
    if (!pixels) return refuse({ error: invalid('size', `Invalid size '${size}'`) });
    return read('nscale', model, prompt, pixels, null);
  },

  /** Calls its formats and its steps otherwise than everybody else. */
  together: ({ model, prompt, width, height, seed, response_format: format, steps, num_inference_steps: wrong }) => {
    if (format !== 'base64' && format !== 'url')
      return refuse({ error: invalid('response_format', "must be 'base64' or 'url'") });
    if (wrong !== undefined)
      return refuse({ error: invalid('num_inference_steps', 'Unknown parameter, use steps instead') });
    if (!isSteps(steps)) return refuse({ error: invalid('steps', 'steps must be between 1 and 50') });
    const pixels = edges(width, height);
    if (!pixels) return refuse({ error: invalid('width', 'width and height must be multiples of 16') });
    return read('together', model, prompt, pixels, seed);
  },

  'hf-inference': ({ inputs, parameters = {} }, route) => {
    if (typeof parameters !== 'object' || parameters === null) return refuse({ error: ['Error in `parameters`'] });
    const { width, height, seed, num_inference_steps: steps } = /** @type {Record<string, unknown>} */ (parameters);
    const pixels = edges(width, height);
    if (!pixels || !isSteps(steps)) return refuse({ error: 'Error in `parameters`: value is not valid' });
    return read('hf-inference', route, inputs, pixels, seed);
  },

  'fal-ai': ({ prompt, image_size: size = {}, num_inference_steps: steps, seed }, route) => {
    const { width, height } = /** @type {Record<string, unknown>} */ (size);
    const pixels = edges(width, height);
    if (!pixels) return refuse(validation('image_size', 'Input should be a valid size'), 422);
    if (!isSteps(steps)) return refuse(validation('num_inference_steps', 'Input should be from 1 to 50'), 422);
    return read('fal-ai', route, prompt, pixels, seed);
  },
};

/** FastAPI's list of what is wrong. @param {string} field @param {string} msg @param {string} [type] @param {object} [more] */
export function validation(field, msg, type = 'value_error', more = {}) {
  return {
    detail: [{ loc: ['body', field], msg, type, url: `https://docs.fal.ai/errors/#${type}`, ...more }],
  };
}

/** @param {SubProvider} subProvider @param {unknown} model @param {unknown} prompt @param {Size} size @param {unknown} seed @returns {Reading} */
function read(subProvider, model, prompt, size, seed) {
  if (typeof model !== 'string' || !serves(subProvider, model))
    return refuse({ error: `Model not supported by provider ${subProvider}` });
  if (typeof prompt !== 'string' || prompt === '') {
    return subProvider === 'fal-ai'
      ? refuse(validation('prompt', 'Field required', 'missing'), 422)
      : refuse({ error: 'A prompt is required' });
  }
  return { order: { model, prompt, size, seed: typeof seed === 'number' ? seed : null } };
}

/** @param {object} body @param {number} [status] @returns {Reading} */
function refuse(body, status = 400) {
  return { refusal: { status, body } };
}

/** @param {string} param @param {string} message */
function invalid(param, message) {
  return { message, type: 'invalid_request_error', param, code: null };
}

/** @param {unknown} size */
function readSize(size) {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(String(size));
  return match ? edges(Number(match[1]), Number(match[2])) : undefined;
}

/** @param {unknown} width @param {unknown} height @returns {Size | undefined} */
function edges(width = SQUARE.width, height = SQUARE.height) {
  return isEdge(width) && isEdge(height) ? { width, height } : undefined;
}

/** @param {unknown} edge @returns {edge is number} */
function isEdge(edge) {
  return typeof edge === 'number' && edge >= 64 && edge <= MAX_EDGE && edge % 16 === 0;
}

/** @param {unknown} steps */
function isSteps(steps = 1) {
  return typeof steps === 'number' && Number.isInteger(steps) && steps >= 1 && steps <= MAX_STEPS;
}
