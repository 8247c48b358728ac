// @ts-check
import { HTML, HTML_TYPE, SILENCE, answered, breakOff, drip, send, sendHuge } from '../misbehaviour.mjs';

/**
 * One request that is answered wrongly.
 * @typedef {object} Exchange
 * @property {import('node:http').IncomingMessage} request
 * @property {import('node:http').ServerResponse} response
 * @property {string} model as it was asked for
 * @property {string} redirectTo
 * @property {(changes?: object) => string} answer what an honest answer would be, but for the changes
 */
/** @typedef {(exchange: Exchange) => void} Fault */

/** @param {import('node:http').ServerResponse} response @param {number} status @param {string} message @param {object} [more] */
export function refuse(response, status, message, more = {}) {
  send(response, JSON.stringify({ error: message, ...more }), status, {
    'content-type': 'application/json; charset=utf-8',
  });
}

/** @param {number} status @param {(model: string) => string} message @param {object} [more] @returns {Fault} */
const refused =
  (status, message, more) =>
  ({ response, model }) =>
    refuse(response, status, message(model), more);

/** Answers 200 with a message that is not what was asked for. @param {object} message @param {object} [more] @returns {Fault} */
const said =
  (message, more = {}) =>
  ({ response, answer }) =>
    send(response, answer({ message: { role: 'assistant', ...message }, ...more }));

/** Every way to fail, by name. @type {Record<string, Fault>} */
export const FAULTS = {
  // Refused, in the server's own words.
  model_not_found: refused(404, (model) => `model '${model}' not found`),
  model_not_pulled: refused(404, (model) => `model "${model}" not found, try pulling it first`),
  no_such_route: answered('404 page not found', 404, { 'content-type': 'text/plain' }),
  thinking_unsupported: refused(400, (model) => `"${model}" does not support thinking`),
  chat_unsupported: refused(400, (model) => `"${model}" does not support chat`),
  image_model: refused(400, () => 'image generation models are not currently supported'),
  busy: refused(503, () => 'server busy, please try again.  maximum pending requests exceeded'),
  out_of_memory: refused(500, () => 'model requires more system memory (5.5 GiB) than is available (2.1 GiB)'),
  runner_died: refused(500, () => 'llama runner process has terminated: signal: killed'),
  cloud_unreachable: refused(502, () => 'upstream error'),
  cloud_rate_limited: refused(429, () => 'you have reached your hourly usage limit'),
  cloud_unauthorized: refused(401, () => 'unauthorized', { signin_url: 'https://ollama.com/connect?name=box&key=abc' }),
  proxy_forbidden: answered(HTML, 403, HTML_TYPE),
  bad_gateway: answered(HTML, 502, HTML_TYPE),
  gateway_timeout: answered(HTML, 504, HTML_TYPE),
  redirect: ({ response, redirectTo }) => send(response, '', 302, { location: redirectTo }),

  // 200, and yet no prompt.
  html: answered(HTML, 200, HTML_TYPE),
  not_json: answered('{"model":"llama3.2","message":{"role":"assist'),
  empty_body: answered(''),
  null_answer: answered('null'),
  error_in_success: answered('{"error":"an error was encountered while running the model"}'),
  // What comes when `stream` was forgotten.
  stream: ({ response, answer }) => {
    const part = (/** @type {string} */ content) =>
      answer({ message: { role: 'assistant', content }, done: false, done_reason: undefined });
    const lines = [part('A'), part(' fox'), answer({ message: { role: 'assistant', content: '' } })];
    send(response, `${lines.join('\n')}\n`, 200, { 'content-type': 'application/x-ndjson' });
  },
  no_message: ({ response, answer }) => send(response, answer({ message: undefined })),
  only_loaded: said({ content: '' }, { done_reason: 'load' }),
  empty_content: said({ content: '' }),
  blank_content: said({ content: ' \n\n' }),
  // The whole allowance went into thinking.
  only_thought: said({ content: '', thinking: 'The user wants a cat. Let me think about' }, { done_reason: 'length' }),
  thought_in_content: said({ content: '<think>The user wants a cat. Let me think about' }, { done_reason: 'length' }),
  refusal_in_words: said({ content: "I'm sorry, but I can't help with that request." }),

  // Connections that misbehave.
  ...SILENCE,
  drip: ({ response }) => drip(response, '{"model":"llama3.2","message":{"role":"assistant","content":"'),
  huge: ({ response }) => sendHuge(response, '{"model":"llama3.2","message":{"role":"assistant","content":"'),
  huge_declared: ({ response }) => sendHuge(response, '{"model":"', { isDeclared: true }),
  reset_in_body: ({ request, response, answer }) =>
    breakOff(response, Buffer.from(answer()), () => void request.socket.resetAndDestroy()),
  cut_in_body: ({ request, response, answer }) =>
    breakOff(response, Buffer.from(answer()), () => void request.socket.end()),
};
