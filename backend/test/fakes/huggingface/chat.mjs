// @ts-check
import { JSON_TYPE, answered, drip, send } from '../misbehaviour.mjs';
import { canChat } from './catalogue.mjs';

/** @typedef {import('../misbehaviour.mjs').Exchange} Exchange */
/** @typedef {{ role: string, content: string }} Message */

/**
 * @param {unknown} content @param {string} [finishReason] @param {string} [model]
 */
function completion(content, finishReason = 'stop', model = 'fake/model') {
  const tokens = Math.ceil(String(content ?? '').length / 4);
  return {
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: { prompt_tokens: 40, completion_tokens: tokens, total_tokens: 40 + tokens },
  };
}

/** @param {unknown} content @param {string} [finishReason] */
const completed = (content, finishReason) => answered(JSON.stringify(completion(content, finishReason)));

/** What a conversation brings that is no use, by name. @type {Record<string, (exchange: Exchange) => void>} */
export const CHAT_FAULTS = {
  // All of `max_tokens` was spent on thinking.
  chat_only_thought: completed(null, 'length'),
  chat_empty: completed(''),
  chat_blank: completed(' \n '),
  chat_no_choices: answered('{"id":"x","object":"chat.completion","choices":[]}'),
  chat_not_text: completed([{ type: 'text', text: 'in parts' }]),
  chat_cut: completed('A lighthouse at dusk, its beam', 'length'),
  chat_filtered: completed('', 'content_filter'),
  chat_error_in_success: answered('{"error":{"message":"Provider returned error","type":"server_error","code":502}}'),
  chat_not_json: answered('{"id":"x","choices":[{"message":{"content":"A light'),
  chat_drip: ({ response }) => drip(response, '{"id":"'),
};

/**
 * Reads a conversation as strictly as the router does.
 * @param {Record<string, unknown>} body
 * @returns {{ model: string, prompt: string } | { refusal: object }}
 */
export function readChat({ model, messages, stream = false }) {
  if (typeof model !== 'string') return refuse('`model` is required', 'model', null);
  if (!canChat(model))
    return refuse(
      `The requested model '${model}' is not supported by any provider you have enabled.`,
      'model',
      'model_not_supported',
    );
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
    return refuse('`messages` must be a list of messages', 'messages', null);
  // This fake does not stream.
  if (stream !== false) return refuse('`stream` must be false', 'stream', null);
  const asked = messages.findLast(({ role }) => role === 'user');
  return asked ? { model, prompt: asked.content } : refuse('There is no message of the user', 'messages', null);
}

/** @param {import('node:http').ServerResponse} response @param {string} model @param {string} content */
export function sendCompletion(response, model, content) {
  send(response, JSON.stringify(completion(content, 'stop', model.split(':')[0])), 200, JSON_TYPE);
}

/** @param {unknown} message @returns {message is Message} */
function isMessage(message) {
  if (typeof message !== 'object' || message === null) return false;
  const { role, content } = /** @type {Record<string, unknown>} */ (message);
  return ['system', 'user', 'assistant'].includes(String(role)) && typeof content === 'string';
}

/** @param {string} message @param {string} param @param {string | null} code */
function refuse(message, param, code) {
  return { refusal: { error: { message, type: 'invalid_request_error', param, code } } };
}
