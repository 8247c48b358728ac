// @ts-check
import { HTML, HTML_TYPE, answered, drip, send, sendHuge } from '../misbehaviour.mjs';
import { BAD_PICTURES, delivered, mishaps } from '../mishaps.mjs';
import { FLAVOURS } from './flavours.mjs';

/** @typedef {import('./flavours.mjs').Flavour} Flavour */
/** @typedef {import('./flavours.mjs').Trouble} Trouble */
/**
 * @typedef {object} ServerExchange
 * @property {Flavour} flavour
 * @property {string} origin
 * @property {() => string} putAside keeps the picture; returns where it is, in the flavour's way
 */
/** @typedef {import('../mishaps.mjs').Exchange & ServerExchange} Exchange */
/** @typedef {(exchange: Exchange) => void} Fault */

/** Refused in the words of the server, whichever it is. @param {Trouble} trouble @returns {Fault} */
const refused =
  (trouble) =>
  ({ response, flavour }) =>
    flavour.refuse(response, trouble);

/** Refused in the words of this server. @param {Flavour} flavour @param {Trouble} trouble @returns {Fault} */
const refusedBy =
  (flavour, trouble) =>
  ({ response }) =>
    flavour.refuse(response, trouble);

/** Answers 200 with a link. @param {(exchange: Exchange) => string} to @returns {Fault} */
const linked = (to) => (exchange) =>
  send(exchange.response, JSON.stringify({ created: 1, data: [{ url: to(exchange) }] }));

const OUT_OF_MEMORY = 'CUDA out of memory. Tried to allocate 2.00 GiB for a very private garden';
const BUSY = { status: 503, message: 'Server is saturated, try again later', retryAfterS: 5 };

/** Every way to fail or to be odd, by name. @type {Record<string, Fault>} */
export const FAULTS = {
  // Refused, in the words of the server that is played.
  invalid_size: refused({ status: 400, message: 'Invalid size 1024x1024 for a very private garden' }),
  unprocessable: answered('{"detail":[{"loc":["body","size"],"msg":"Field required","type":"missing"}]}', 422),
  unauthorised: refused({ status: 401, message: 'Unauthorized' }),
  forbidden: refused({ status: 403, message: 'Forbidden' }),
  payment_required: refused({ status: 402, message: 'The team has used up its budget' }),
  refused_by_gateway: answered(
    '{"error":{"message":"No.","type":"invalid_request_error","code":"content_filter"}}',
    400,
  ),
  no_such_model: refused({ status: 404, message: 'The model `gone` was not found' }),
  no_such_place: answered('{"detail":"Not Found"}', 404),
  no_such_place_in_html: answered(HTML, 404, HTML_TYPE),
  no_such_method: answered('{"detail":"Method Not Allowed"}', 405),
  slow_down: refused({ status: 429, message: 'Too many requests', retryAfterS: 1 }),
  busy: refused(BUSY),
  not_ready: refused({ status: 503, message: 'The engine is not ready yet' }),
  out_of_memory: refused({ status: 500, message: OUT_OF_MEMORY }),

  // The same in the words of each.
  vllm_omni_busy: refusedBy(FLAVOURS.vllm_omni, BUSY),
  sglang_out_of_memory: refusedBy(FLAVOURS.sglang, { status: 500, message: OUT_OF_MEMORY }),
  localai_busy: refusedBy(FLAVOURS.localai, BUSY),
  localai_broken: refusedBy(FLAVOURS.localai, { status: 500, message: OUT_OF_MEMORY }),
  localai_opaque: answered('', 500),
  localai_opaque_busy: answered('', 503, { 'retry-after': '5' }),
  sd_cpp_broken: refusedBy(FLAVOURS.sd_cpp, { status: 500, message: OUT_OF_MEMORY }),
  sd_cpp_invalid: refusedBy(FLAVOURS.sd_cpp, { status: 400, message: 'prompt required' }),

  // Delivered by link.
  link: linked(({ putAside }) => putAside()),
  link_relative: linked(({ origin, putAside }) => new URL(putAside(), origin).pathname),
  link_absolute: linked(({ origin, putAside }) => new URL(putAside(), origin).href),
  link_gone: linked(({ origin }) => `${origin}/v1/images/nowhere/content`),
  link_to_html: linked(({ origin }) => `${origin}/_odd/html`),
  link_to_redirect: linked(({ origin }) => `${origin}/_odd/redirect`),
  link_to_huge: linked(({ origin }) => `${origin}/_odd/huge`),
  link_to_drip: linked(({ origin }) => `${origin}/_odd/drip`),
  link_elsewhere: linked(() => 'http://169.254.169.254/latest/meta-data/'),
  link_to_other_port: linked(({ redirectTo }) => redirectTo),
  link_by_host_alone: linked(() => '//169.254.169.254/latest/'),
  link_to_file: linked(() => 'file:///etc/passwd'),
  link_with_data: linked(() => 'data:image/png;base64,iVBORw0KGgo='),
  link_broken: linked(() => 'http://['),

  // 200, and yet no image.
  empty_data: answered('{"created":1,"data":[]}'),
  no_image: answered('{"created":1,"data":[{"b64_json":null,"url":null}]}'),
  error_in_success: answered('{"error":"no image for a very private garden"}'),
  one_too_many: delivered((picture) => [picture, picture]),
  ...BAD_PICTURES,
  ...mishaps('{"created":1,"data":[{"b64_json":"'),
};

/** What else is found on the server: places that a link may lead to. @type {Record<string, (response: import('node:http').ServerResponse, redirectTo: string) => void>} */
export const ODD_PLACES = {
  html: (response) => send(response, HTML, 200, HTML_TYPE),
  redirect: (response, redirectTo) => send(response, '', 302, { location: redirectTo }),
  huge: (response) => sendHuge(response, '\x89PNG'),
  drip: (response) => drip(response, '\x89PNG'),
};
