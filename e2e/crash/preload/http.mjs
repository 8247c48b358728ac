import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { boundary } from './boundaries.mjs';

/**
 * Watches the product's answers (`answer/POST /api/v1/studio/generate/before`) and its own requests to providers and
 * stores (`request/POST /v1/images/generations/sent`, `…/mid-body`).
 */
export function watchHttp() {
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function watchedEnd(...args) {
    if (this.writableEnded) return end.apply(this, args);
    const name = `answer/${this.req.method} ${routeOf(this.req.url)}`;
    boundary(`${name}/before`);
    this.once('finish', () => boundary(`${name}/after`));
    return end.apply(this, args);
  };

  const { end: endRequest } = ClientRequest.prototype;
  ClientRequest.prototype.end = function watchedEndRequest(...args) {
    this.once('finish', () => boundary(`${requestName(this)}/sent`));
    return endRequest.apply(this, args);
  };

  const { push } = IncomingMessage.prototype;
  IncomingMessage.prototype.push = function watchedPush(chunk, encoding) {
    // Only the answers to requests of our own know which request they belong to.
    if (this.req && chunk) boundary(`${requestName(this.req)}/mid-body`);
    return push.call(this, chunk, encoding);
  };
}

const requestName = ({ method, path }) => `request/${method} ${routeOf(path)}`;

/** The path without query and ids. @param {string} url */
const routeOf = (url) => url.split('?')[0].replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');
