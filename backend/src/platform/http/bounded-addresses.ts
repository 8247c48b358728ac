import type { RequestHandler } from 'express';
import { DomainError } from '../errors/index.js';

/** Longest path and query; the longest that makes sense is a link with a signature, or a search with a cursor. */
const LENGTH_MAX = 8_192;

/** Most parameters of a query. Beyond a thousand the parser would drop the rest without a word. */
const PARAMETERS_MAX = 100;

/** Refuses addresses that nobody can mean, before they are taken apart. */
export const boundedAddresses: RequestHandler = ({ url }, _response, next) => {
  if (url.length > LENGTH_MAX) {
    const detail = `The address has more than ${LENGTH_MAX} characters.`;
    next(new DomainError('request.address_too_long', 'address_too_long', detail));
    return;
  }
  if (parametersOf(url) > PARAMETERS_MAX) {
    const message = `must have at most ${PARAMETERS_MAX} parameters`;
    next(new DomainError('request.invalid', 'invalid', `The query ${message}.`, { errors: [{ path: '', message }] }));
    return;
  }
  next();
};

function parametersOf(url: string): number {
  const query = url.indexOf('?');
  return query === -1 ? 0 : url.slice(query).split('&').length;
}
