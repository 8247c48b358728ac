// @ts-check
import { clearInterval, setInterval } from 'node:timers';
import { gzipSync } from 'node:zlib';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** One request that is answered wrongly. @typedef {{ request: IncomingMessage, response: ServerResponse }} Exchange */

const HUGE_BYTES = 300 * 1024 * 1024;
const DRIP_MS = 100;

export const HTML =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><script>alert(1)</script></body></html>';
export const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024"><script>alert(1)</script></svg>';
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
export const JSON_TYPE = { 'content-type': 'application/json' };
export const HTML_TYPE = { 'content-type': 'text/html' };

/** @param {ServerResponse} response @param {string | Buffer} body @param {number} [status] @param {Record<string, string>} [headers] */
export function send(response, body, status = 200, headers = JSON_TYPE) {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}

/**
 * Always answers this.
 * @param {string | Buffer} body @param {number} [status] @param {Record<string, string>} [headers]
 * @returns {(exchange: Exchange) => void}
 */
export const answered =
  (body, status = 200, headers = JSON_TYPE) =>
  ({ response }) =>
    send(response, body, status, headers);

/** Sixteen megabytes of nothing, in a few kilobytes. */
export const gzipBomb = answered(gzipSync(Buffer.alloc(16 * 1024 * 1024, 0x20)), 200, {
  ...JSON_TYPE,
  'content-encoding': 'gzip',
});

/** What any server may do to a connection, and never says why. */
export const SILENCE = {
  hang_before_headers: () => undefined,
  /** @param {Exchange} exchange */
  hang_after_headers: ({ response }) => {
    response.writeHead(200, JSON_TYPE).flushHeaders();
  },
  /** @param {Exchange} exchange */
  reset_before: ({ request }) => void request.socket.resetAndDestroy(),
};

/** A byte now and then, for ever. @param {ServerResponse} response @param {string} start what a real answer begins with */
export function drip(response, start) {
  response.writeHead(200, JSON_TYPE).write(start);
  const timer = setInterval(() => response.write('A'), DRIP_MS);
  response.on('close', () => clearInterval(timer));
}

/** Sends half of what was promised. @param {ServerResponse} response @param {Buffer} body @param {() => void} end */
export function breakOff(response, body, end) {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': String(body.length) });
  response.write(body.subarray(0, body.length >> 1), end);
}

/**
 * Sends 300 MB, no faster than they are read.
 * @param {ServerResponse} response @param {string} start what a real answer begins with
 * @param {{ isDeclared?: boolean }} [options] whether the answer says beforehand how large it is
 */
export function sendHuge(response, start, { isDeclared = false } = {}) {
  response.writeHead(200, { ...JSON_TYPE, ...(isDeclared && { 'content-length': String(HUGE_BYTES) }) });
  const chunk = Buffer.alloc(1024 * 1024, 0x41);
  let left = HUGE_BYTES;
  const push = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', push);
        return;
      }
    }
    response.end();
  };
  response.write(start.padEnd(chunk.length, 'A'));
  left -= chunk.length;
  push();
}
