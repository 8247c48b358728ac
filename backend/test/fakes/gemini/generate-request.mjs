// @ts-check

/** @typedef {import('../pictures.mjs').Size} Size */
/** @typedef {{ code: number, status: string, message: string, details?: readonly object[] }} Refusal */
/**
 * What is asked for, as far as it changes the answer.
 * @typedef {object} Order
 * @property {string} model
 * @property {string} prompt
 * @property {Size | undefined} size undefined: a text
 * @property {string} responseId
 */

export const IMAGE_MODELS = ['gemini-nano-banana-2.1', 'gemini-3-pro-image'];
export const TEXT_MODELS = ['gemini-3.5-flash-lite', 'gemini-3.8-flash'];

/** Pixels at 1K; 2K and 4K are twice and four times as long. @type {Readonly<Record<string, Size>>} */
const SIZES = {
  '1:1': { width: 1024, height: 1024 },
  '2:3': { width: 848, height: 1264 },
  '3:2': { width: 1264, height: 848 },
  '3:4': { width: 896, height: 1200 },
  '4:3': { width: 1200, height: 896 },
  '4:5': { width: 928, height: 1152 },
  '5:4': { width: 1152, height: 928 },
  '9:16': { width: 768, height: 1376 },
  '16:9': { width: 1376, height: 768 },
  '21:9': { width: 1584, height: 672 },
};
const SCALES = new Map([
  ['1K', 1],
  ['2K', 2],
  ['4K', 4],
]);

/** The fields that there are; any other is refused. @type {Readonly<Record<string, readonly string[]>>} */
const FIELDS = {
  '': ['contents', 'systemInstruction', 'generationConfig', 'safetySettings', 'tools', 'toolConfig', 'cachedContent'],
  generation_config: [
    'temperature',
    'topP',
    'topK',
    'seed',
    'candidateCount',
    'maxOutputTokens',
    'stopSequences',
    'responseMimeType',
    'responseModalities',
    'thinkingConfig',
    'imageConfig',
    'presencePenalty',
    'frequencyPenalty',
    'mediaResolution',
  ],
  'generation_config.image_config': ['aspectRatio', 'imageSize'],
  'generation_config.thinking_config': ['thinkingLevel', 'thinkingBudget', 'includeThoughts'],
};

/**
 * Reads the body of generateContent as strictly as the vendor does.
 * @param {string} model @param {Record<string, unknown>} body
 * @returns {{ order: Omit<Order, 'responseId'> } | { refusal: Refusal }}
 */
export function readOrder(model, body) {
  if (![...IMAGE_MODELS, ...TEXT_MODELS].includes(model)) return { refusal: missingModel(model) };
  const config = objectOf(body['generationConfig']);
  const image = objectOf(config['imageConfig']);
  const unknown =
    unknownField('', body) ??
    unknownField('generation_config', config) ??
    unknownField('generation_config.image_config', image) ??
    unknownField('generation_config.thinking_config', objectOf(config['thinkingConfig']));
  if (unknown) return { refusal: unknown };
  const prompt = promptOf(body['contents']);
  if (prompt === undefined) return { refusal: invalid('* GenerateContentRequest.contents: contents is not specified') };
  const { responseModalities = IMAGE_MODELS.includes(model) ? ['TEXT', 'IMAGE'] : ['TEXT'] } = config;
  if (!Array.isArray(responseModalities) || !responseModalities.every((name) => name === 'TEXT' || name === 'IMAGE'))
    return { refusal: invalid("Invalid value at 'generation_config.response_modalities'") };
  if (!responseModalities.includes('IMAGE')) return { order: { model, prompt, size: undefined } };
  if (!IMAGE_MODELS.includes(model))
    return {
      refusal: invalid('The requested combination of response modalities (IMAGE) is not supported by the model.'),
    };
  const size = sizeOf(image);
  return size ? { order: { model, prompt, size } } : { refusal: invalid('Request contains an invalid argument.') };
}

/** @param {string} model @returns {Refusal} */
export function missingModel(model) {
  return {
    code: 404,
    status: 'NOT_FOUND',
    message: `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  };
}

/** @param {string} message @returns {Refusal} */
function invalid(message) {
  return { code: 400, status: 'INVALID_ARGUMENT', message };
}

/** @param {string} path @param {Record<string, unknown>} value @returns {Refusal | undefined} */
function unknownField(path, value) {
  const name = Object.keys(value).find((key) => !FIELDS[path]?.includes(key));
  if (name === undefined) return undefined;
  const description = `Invalid JSON payload received. Unknown name "${name}"${path && ` at '${path}'`}: Cannot find field.`;
  return {
    ...invalid(description),
    details: [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: path, description }] },
    ],
  };
}

/** @param {Record<string, unknown>} image @returns {Size | undefined} */
function sizeOf({ aspectRatio = '1:1', imageSize = '1K' }) {
  // With a capital K, and no other way.
  const scale = SCALES.get(String(imageSize));
  const size = Object.hasOwn(SIZES, String(aspectRatio)) ? SIZES[String(aspectRatio)] : undefined;
  return scale === undefined || size === undefined
    ? undefined
    : { width: size.width * scale, height: size.height * scale };
}

/** The texts of what the user says. @param {unknown} contents */
function promptOf(contents) {
  if (!Array.isArray(contents)) return undefined;
  const texts = contents
    .map(objectOf)
    .filter(({ role = 'user' }) => role === 'user')
    .flatMap(({ parts }) => (Array.isArray(parts) ? parts.map((part) => objectOf(part)['text']) : []))
    .filter((text) => typeof text === 'string');
  return texts.length === 0 ? undefined : texts.join('');
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function objectOf(value) {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
