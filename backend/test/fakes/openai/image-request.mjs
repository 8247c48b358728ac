// @ts-check

/** @typedef {import('../pictures.mjs').Size} Size */
/** @typedef {{ status: number, message: string, type: string, param: string | null, code: string | null }} Refusal */
/**
 * What is asked for, as far as it changes the answer.
 * @typedef {object} ImageOrder
 * @property {string} model
 * @property {string} prompt
 * @property {number} count
 * @property {Size} size
 * @property {string} quality
 * @property {string | undefined} safetyIdentifier
 */

export const LIVE_MODELS = [
  'gpt-image-2',
  'gpt-image-2.5-flare',
  'gpt-image-2.5-sunburst',
  'gpt-image-2.6-flare',
  'gpt-image-2.6-sunburst',
];

const QUALITIES = ['auto', 'low', 'medium', 'high', 'xhigh', 'max'];
const PARAMETERS = [
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'complexity',
  'background',
  'output_format',
  'output_compression',
  'moderation',
  'safety_identifier',
  'user',
];
const PROMPT_MAX_LENGTH = 32_000;
const IDENTIFIER_MAX_LENGTH = 128;

/**
 * Reads the body of a request for images as strictly as the vendor does.
 * @param {Record<string, unknown>} body
 * @returns {{ order: ImageOrder } | { refusal: Refusal }}
 */
export function readImageOrder(body) {
  const { model, prompt, n = 1, size = 'auto', quality = 'auto', output_format: format = 'png' } = body;
  const { safety_identifier: safetyIdentifier } = body;
  const unknown = Object.keys(body).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return refuse(unknown, 'unknown_parameter', `Unknown parameter: '${unknown}'.`);
  if (typeof prompt !== 'string' || prompt === '')
    return refuse('prompt', 'missing_required_parameter', "Missing required parameter: 'prompt'.");
  if (prompt.length > PROMPT_MAX_LENGTH)
    return refuse(
      'prompt',
      'string_above_max_length',
      `Invalid 'prompt': string too long. Expected at most ${PROMPT_MAX_LENGTH}.`,
    );
  if (typeof model !== 'string' || !LIVE_MODELS.includes(model)) return { refusal: missingModel(String(model)) };
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 10)
    return refuse('n', 'invalid_value', "Invalid value for 'n': expected a whole number from 1 to 10.");
  const pixels = readSize(size);
  if (!pixels) return refuse('size', 'invalid_size', `Invalid size '${String(size)}'.`);
  if (typeof quality !== 'string' || !QUALITIES.includes(quality))
    return refuse(
      'quality',
      'invalid_value',
      `Invalid value: '${String(quality)}'. Supported values are: ${QUALITIES.join(', ')}.`,
    );
  // The vendor makes others as well; this fake has only PNG to give.
  if (format !== 'png') return refuse('output_format', 'invalid_value', `Invalid value: '${String(format)}'.`);
  if (
    safetyIdentifier !== undefined &&
    (typeof safetyIdentifier !== 'string' || safetyIdentifier.length > IDENTIFIER_MAX_LENGTH)
  )
    return refuse('safety_identifier', 'string_above_max_length', "Invalid 'safety_identifier': string too long.");
  return { order: { model, prompt, count: n, size: pixels, quality, safetyIdentifier } };
}

/** @param {string} model @returns {Refusal} */
export function missingModel(model) {
  const message = `The model '${model}' does not exist.`;
  return { status: 400, message, type: 'image_generation_user_error', param: 'model', code: 'invalid_value' };
}

/** @param {string} param @param {string} code @param {string} message @returns {{ refusal: Refusal }} */
function refuse(param, code, message) {
  return { refusal: { status: 400, message, type: 'invalid_request_error', param, code } };
}

/** Edges divisible by 16 and at most 3,840, a ratio of at most 3:1, 655,360 to 8,294,400 pixels. @param {unknown} size */
function readSize(size) {
  if (size === 'auto') return { width: 1024, height: 1024 };
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(String(size));
  if (!match) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  const [short, long, area] = [Math.min(width, height), Math.max(width, height), width * height];
  const isAllowed =
    width % 16 === 0 && height % 16 === 0 && long <= 3840 && long <= 3 * short && area >= 655_360 && area <= 8_294_400;
  return isAllowed ? { width, height } : undefined;
}

/** @type {Record<string, number>} */
const TOKEN_FACTORS = { low: 16, medium: 24, high: 48, xhigh: 64, max: 96, auto: 24 };

/** What the vendor bills for one image. @param {ImageOrder} order */
export function outputTokens({ quality, size: { width, height } }) {
  const factor = TOKEN_FACTORS[quality] ?? 24;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  return Math.ceil((factor * Math.round((factor * short) / long) * (2_000_000 + width * height)) / 4_000_000);
}
