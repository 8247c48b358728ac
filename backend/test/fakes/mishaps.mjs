// @ts-check
import {
  GIF,
  HTML,
  HTML_TYPE,
  SILENCE,
  SVG,
  answered,
  breakOff,
  drip,
  gzipBomb,
  send,
  sendHuge,
} from './misbehaviour.mjs';
import { asBase64, makeBomb } from './pictures.mjs';

/**
 * One request for an image that is answered wrongly.
 * @typedef {object} ImageExchange
 * @property {Buffer} picture base64 of the picture that an honest answer would hold
 * @property {string} redirectTo
 * @property {(images: readonly Buffer[]) => Buffer} successBody
 */
/** @typedef {import('./misbehaviour.mjs').Exchange & ImageExchange} Exchange */
/** @typedef {(exchange: Exchange) => void} Fault */

/**
 * What goes wrong in the same way whoever the vendor is: proxies, answers that are none, connections that end.
 * @param {string} start what a real answer begins with
 */
export const mishaps = (start) => ({
  too_large: answered(HTML, 413, HTML_TYPE),
  bad_gateway: answered(HTML, 502, HTML_TYPE),
  gateway_timeout: answered(HTML, 504, HTML_TYPE),
  proxy_error: answered('error code: 520', 520, { 'content-type': 'text/plain' }),
  /** @type {Fault} */
  redirect: ({ response, redirectTo }) => send(response, '', 302, { location: redirectTo }),
  /** @type {Fault} */
  redirect_same_method: ({ response, redirectTo }) => send(response, '', 307, { location: redirectTo }),
  html: answered(HTML, 200, HTML_TYPE),
  not_json: answered(`${start}iVBORw0K`),
  empty_body: answered(''),
  null_answer: answered('null'),
  gzip_bomb: gzipBomb,
  /** @type {Fault} */
  huge: ({ response }) => sendHuge(response, start),
  /** @type {Fault} */
  huge_declared: ({ response }) => sendHuge(response, start, { isDeclared: true }),
  ...SILENCE,
  /** @type {Fault} */
  drip: ({ response }) => drip(response, start),
  /** @type {Fault} */
  reset_in_body: ({ request, response, picture, successBody }) =>
    breakOff(response, successBody([picture]), () => void request.socket.resetAndDestroy()),
  /** @type {Fault} */
  cut_in_body: ({ request, response, picture, successBody }) =>
    breakOff(response, successBody([picture]), () => void request.socket.end()),
});

/** Answers 200 with these images. @param {(picture: Buffer) => Buffer[]} images @returns {Fault} */
export const delivered =
  (images) =>
  ({ response, picture, successBody }) =>
    send(response, successBody(images(picture)));

/** Successes whose picture is none, or not whole. */
export const BAD_PICTURES = {
  base64_truncated: delivered((picture) => [picture.subarray(0, (picture.length >> 1) | 1)]),
  base64_garbage: delivered((picture) => [
    Buffer.concat([picture.subarray(0, 400), Buffer.from('<<!>>'), picture.subarray(405)]),
  ]),
  image_truncated: delivered((picture) => [picture.subarray(0, (picture.length >> 3) * 4)]),
  image_html: delivered(() => [asBase64(Buffer.from(HTML.repeat(20)))]),
  image_svg: delivered(() => [asBase64(Buffer.from(SVG.repeat(20)))]),
  image_gif: delivered(() => [asBase64(GIF)]),
  image_empty: delivered(() => [Buffer.alloc(0)]),
  bomb: delivered(() => [asBase64(makeBomb())]),
};
