// @ts-check
import { JSON_TYPE, send } from '../misbehaviour.mjs';

/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** What is wrong, in no server's own words. @typedef {{ status: number, message: string, code?: string, retryAfterS?: number }} Trouble */
/** @typedef {{ width: number, height: number }} Size */
/** What is drawn after all. @typedef {{ prompt: string, size: Size, seed: number }} Drawing */
/**
 * In what one of the servers differs from the others.
 * @typedef {object} Flavour
 * @property {string} model its own name for what it draws with
 * @property {'b64_json' | 'url'} defaultFormat what it answers with unless it is told
 * @property {boolean} isKeyless it has no keys at all
 * @property {(id: string, origin: string) => string} linkTo where an image is that it has put aside
 * @property {(response: ServerResponse, trouble: Trouble) => void} refuse
 * @property {(drawing: Drawing) => Drawing} obey what it makes of orders in the prompt
 */

const asIs = (/** @type {Drawing} */ drawing) => drawing;

/** @param {ServerResponse} response @param {Trouble} trouble @param {unknown} body */
function sendTrouble(response, { status, retryAfterS }, body) {
  const headers = retryAfterS === undefined ? JSON_TYPE : { ...JSON_TYPE, 'retry-after': String(retryAfterS) };
  send(response, body === undefined ? '' : JSON.stringify(body), status, headers);
}

/** @type {(id: string) => string} */
const relativeLink = (id) => `/v1/images/${id}/content`;

/** @type {Readonly<Record<'vllm_omni' | 'sglang' | 'localai' | 'sd_cpp', Flavour>>} */
export const FLAVOURS = {
  vllm_omni: {
    model: 'Qwen/Qwen-Image',
    defaultFormat: 'b64_json',
    isKeyless: false,
    linkTo: relativeLink,
    refuse: (response, trouble) => sendTrouble(response, trouble, { detail: trouble.message }),
    obey: asIs,
  },
  sglang: {
    model: 'black-forest-labs/FLUX.1-dev',
    defaultFormat: 'url',
    isKeyless: false,
    linkTo: relativeLink,
    refuse: (response, trouble) => sendTrouble(response, trouble, { detail: trouble.message }),
    obey: asIs,
  },
  localai: {
    model: 'stablediffusion',
    defaultFormat: 'url',
    isKeyless: false,
    linkTo: (id, origin) => `${origin}/generated-images/${id}.png`,
    refuse: (response, trouble) =>
      sendTrouble(response, trouble, { error: { code: trouble.status, message: trouble.message, type: '' } }),
    // What is after the first bar is what not to draw.
    obey: (drawing) => ({ ...drawing, prompt: drawing.prompt.split('|')[0] ?? '' }),
  },
  sd_cpp: {
    model: 'sd-cpp-local',
    defaultFormat: 'b64_json',
    isKeyless: true,
    linkTo: relativeLink,
    refuse: (response, trouble) =>
      sendTrouble(
        response,
        trouble,
        trouble.status >= 500 ? { error: 'server_error', message: trouble.message } : { error: trouble.message },
      ),
    obey: (drawing) => {
      const [whole, json] = /<sd_cpp_extra_args>(.*?)<\/sd_cpp_extra_args>/s.exec(drawing.prompt) ?? [];
      if (whole === undefined) return drawing;
      const { width, height } = JSON.parse(json ?? '{}');
      return {
        ...drawing,
        prompt: drawing.prompt.replace(whole, ''),
        size: { ...drawing.size, ...(width && { width, height }) },
      };
    },
  },
};
