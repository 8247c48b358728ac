// @ts-check

/** @typedef {import('./generate-request.mjs').Order} Order */
/**
 * One part of what the model says: a text, a picture, or a thought of either kind.
 * @typedef {{ text: string, thought?: true }
 *   | { picture: Buffer, mimeType?: string, thought?: true, isSnakeCase?: true }} Part
 */
/** @typedef {{ finishReason?: string, finishMessage?: string, thoughtTokens?: number }} End */

/** Pictures are counted in tokens by their size, not by their bytes. @type {Readonly<Record<number, number>>} */
const PICTURE_TOKENS = { 1: 1_120, 2: 1_680, 4: 3_766 };

/**
 * The answer in which a model says these parts.
 * @param {Order} order @param {readonly Part[]} parts @param {End} [end]
 * @returns {Buffer[]} the pictures' base64 as it is, uncopied
 */
export function candidateParts(order, parts, { finishReason = 'STOP', finishMessage, thoughtTokens } = {}) {
  const content = parts.length === 0 ? [Buffer.from('{')] : [Buffer.from('{"parts":['), ...joined(parts.map(partOf))];
  const closing = `${parts.length === 0 ? '' : '],"role":"model"'}}`;
  const rest = { finishReason, index: 0, ...(finishMessage && { finishMessage }) };
  return [
    Buffer.from('{"candidates":[{"content":'),
    ...content,
    Buffer.from(`${closing},${inner(rest)}}],${inner(footer(order, parts, thoughtTokens))}}`),
  ];
}

/** The answer to a prompt that no model was shown. @param {Order} order @param {string} blockReason */
export function blockedAnswer(order, blockReason) {
  return JSON.stringify({ promptFeedback: { blockReason }, ...footer(order, []) });
}

/** What is at the end of every answer: what it costs, and who made it. @param {Order} order @param {readonly Part[]} parts @param {number} [thoughtTokens] */
export function footer({ model, prompt, size, responseId }, parts, thoughtTokens) {
  const pictures = parts.filter((part) => 'picture' in part).length;
  const scale = size ? Math.round(Math.sqrt(size.width * size.height) / 1_024) : 1;
  const pictureTokens = pictures * (PICTURE_TOKENS[scale] ?? 1_120);
  const textTokens = parts.reduce((sum, part) => sum + ('text' in part ? tokensOf(part.text) : 0), 0);
  const promptTokenCount = tokensOf(prompt);
  const candidatesTokenCount = pictureTokens + textTokens;
  return {
    usageMetadata: {
      promptTokenCount,
      ...(candidatesTokenCount > 0 && { candidatesTokenCount }),
      ...(thoughtTokens && { thoughtsTokenCount: thoughtTokens }),
      totalTokenCount: promptTokenCount + candidatesTokenCount + (thoughtTokens ?? 0),
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }],
      ...(pictures > 0 && { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: pictureTokens }] }),
    },
    modelVersion: model,
    responseId,
  };
}

/** @param {Part} part @returns {Buffer[]} */
function partOf(part) {
  const thought = part.thought ? ',"thought":true' : '';
  if ('text' in part) return [Buffer.from(`{"text":${JSON.stringify(part.text)}${thought}}`)];
  const [data, mime] = part.isSnakeCase ? ['inline_data', 'mime_type'] : ['inlineData', 'mimeType'];
  return [
    Buffer.from(`{"${data}":{"${mime}":"${part.mimeType ?? 'image/png'}","data":"`),
    part.picture,
    // As large as a picture at times: what the model wants to be reminded of.
    Buffer.from(`"}${thought},"thoughtSignature":"${'c2ln'.repeat(64)}"}`),
  ];
}

/** With commas between them. @param {readonly Buffer[][]} groups */
function joined(groups) {
  return groups.flatMap((group, index) => (index === 0 ? group : [Buffer.from(','), ...group]));
}

/** An object's JSON without its braces. @param {object} value */
function inner(value) {
  return JSON.stringify(value).slice(1, -1);
}

/** @param {string} text */
function tokensOf(text) {
  return Math.ceil(text.length / 4);
}
