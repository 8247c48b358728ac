import type { Request } from 'express';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { REQUEST_ID_HEADER } from '../../platform/http/request-id.js';

/** Where a request comes from, for the record of what it does. */
export function originOf({ ip, res }: Pick<Request, 'ip' | 'res'>): AuditOrigin {
  return { address: (ip ?? '').slice(0, 64), requestId: String(res?.getHeader(REQUEST_ID_HEADER) ?? '') };
}
