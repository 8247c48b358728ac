import type { Request } from 'express';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { REQUEST_ID_HEADER } from '../../platform/http/request-id.js';

/** As much of a header as is kept of it. */
const MAX_USER_AGENT_LENGTH = 300;

/** Where a request comes from, and what sent it. */
export type RequestOrigin = Required<AuditOrigin>;

/** Where a request comes from, for the record of what it does. */
export function originOf({ ip, res, headers }: Pick<Request, 'ip' | 'res' | 'headers'>): RequestOrigin {
  return {
    address: (ip ?? '').slice(0, 64),
    requestId: String(res?.getHeader(REQUEST_ID_HEADER) ?? ''),
    userAgent: (headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH),
  };
}
