import { Logger } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { OPERATORS_PATHS } from '../http/operators-only.js';
import { isPublicAddress } from '../outbound/addresses.js';
import { addressOf } from './address.js';
import type { RequestLimits } from './request-limits.js';

/**
 * Counts requests by where they come from, before anything else is done for them: what anybody may ask, and guess. What
 * operators ask is not counted; whoever watches over the process must see it under any load.
 */
export function limitedAddresses(limits: RequestLimits): RequestHandler {
  const logger = new Logger('RequestLimits');
  let isHintGiven = false;
  return (request, response, next) => {
    if (OPERATORS_PATHS.has(request.path)) {
      next();
      return;
    }
    if (!isHintGiven && comesThroughUnknownProxy(request)) {
      isHintGiven = true;
      logger.warn(
        `Requests come from ${request.ip} on behalf of others, and it is not in TRUSTED_PROXIES: all of them count as one`,
      );
    }
    limits.admit(response, { limit: 'address', subject: addressOf(request) }).then(() => next(), next);
  };
}

/** Whether a machine of one's own, which could be trusted, says that it passes the request on. */
const comesThroughUnknownProxy = ({ headers, ip, socket }: Request): boolean =>
  headers['x-forwarded-for'] !== undefined && ip === socket.remoteAddress && !isPublicAddress(ip ?? '');
